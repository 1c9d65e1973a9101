#include "client/cli/watch_screen.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <cwctype>

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <ncurses.h>

#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using KeyKind = WatchKey::Kind;
using Tone = Output::Tone;

/// How long after Esc the rest of a function key may come, in milliseconds.
constexpr int escape_delay = 25;
constexpr wint_t escape = 27;

enum Pair : short { good = 1, warning, bad };

// ---- the way out of a crash -----------------------------------------------------------------

/// What the signal handler needs, made ready before: it may call next to nothing.
struct Rescue {
  int fd = -1;
  termios before{};
  char text[256]{};
};
Rescue rescue;

constexpr int crashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGHUP, SIGQUIT};

extern "C" void leave_screen_and_die(int number) {
  (void)!write(rescue.fd, rescue.text, std::strlen(rescue.text));
  tcsetattr(rescue.fd, TCSANOW, &rescue.before);
  // SA_RESETHAND: this time it ends the process.
  raise(number);
}

void prepare_rescue(int fd) {
  rescue.fd = fd;
  tcgetattr(fd, &rescue.before);
}

/// Once ncurses knows the terminal.
void arm_rescue() {
  std::string text;
  for (const char* capability : {"sgr0", "rmcup", "cnorm"}) {
    const char* const known = tigetstr(capability);
    if (known && known != reinterpret_cast<const char*>(-1)) text += known;
  }
  std::snprintf(rescue.text, sizeof rescue.text, "%s", text.c_str());
  struct sigaction action {};
  action.sa_handler = leave_screen_and_die;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int each : crashes) sigaction(each, &action, nullptr);
}

void disarm_rescue() {
  for (const int each : crashes) std::signal(each, SIG_DFL);
}

// ---- text -----------------------------------------------------------------------------------

void speak_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
}

/// What cannot be shown becomes a mark of one column, so that all that follows stays in its place.
std::wstring wide(std::string_view text) {
  std::wstring out;
  std::mbstate_t state{};
  while (!text.empty()) {
    wchar_t point = 0;
    std::size_t bytes = std::mbrtowc(&point, text.data(), text.size(), &state);
    if (bytes == 0 || bytes > text.size()) {
      bytes = 1;
      point = 0xfffd;
      state = {};
    }
    out += wcwidth(point) < 0 ? wchar_t{0xfffd} : point;
    text.remove_prefix(bytes);
  }
  return out;
}

std::string narrow(wint_t point) {
  char bytes[8]{};
  std::mbstate_t state{};
  const std::size_t size = std::wcrtomb(bytes, static_cast<wchar_t>(point), &state);
  return size <= sizeof bytes ? std::string(bytes, size) : "";
}

std::optional<WatchKey> function_key(wint_t code) {
  switch (code) {
    case KEY_UP:
      return WatchKey{KeyKind::up, ""};
    case KEY_DOWN:
      return WatchKey{KeyKind::down, ""};
    case KEY_PPAGE:
      return WatchKey{KeyKind::page_up, ""};
    case KEY_NPAGE:
      return WatchKey{KeyKind::page_down, ""};
    case KEY_HOME:
      return WatchKey{KeyKind::home, ""};
    case KEY_END:
      return WatchKey{KeyKind::end, ""};
    case KEY_ENTER:
      return WatchKey{KeyKind::enter, ""};
    case KEY_BACKSPACE:
      return WatchKey{KeyKind::backspace, ""};
    default:
      return std::nullopt;
  }
}

/// After Esc: whether it was the beginning of a key that the terminal's description does not know,
/// the rest of which is passed over.
bool passes_unknown_key() {
  wint_t next = 0;
  if (wget_wch(stdscr, &next) == ERR) return false;
  if (next != '[' && next != 'O') {
    unget_wch(static_cast<wchar_t>(next));  // typed after it
    return false;
  }
  while (wget_wch(stdscr, &next) != ERR && (next < 0x40 || next > 0x7e)) {
  }
  return true;
}

attr_t attributes_of(const WatchSpan& span, const WatchLine& line, bool colours) {
  attr_t all = span.weight == WatchSpan::Weight::strong ? A_BOLD : A_NORMAL;
  if (line.ground == WatchLine::Ground::selected) all |= A_REVERSE;
  if (span.tone == Tone::faint) all |= A_DIM;
  if (!colours) return all;
  if (span.tone == Tone::good) all |= static_cast<attr_t>(COLOR_PAIR(Pair::good));
  if (span.tone == Tone::warning) all |= static_cast<attr_t>(COLOR_PAIR(Pair::warning));
  if (span.tone == Tone::bad) all |= static_cast<attr_t>(COLOR_PAIR(Pair::bad));
  return all;
}

Error no_screen() {
  return {Errc::usage, tr("watch draws on a whole terminal, and this is none on which it can: "
                          "porchlight listen prints the same line by line.")};
}

}  // namespace

Status check_screen() {
  const char* const term = std::getenv("TERM");
  const bool drawable = term && *term && std::string_view(term) != "dumb";
  if (drawable && isatty(STDOUT_FILENO) == 1) return Ok{};
  return no_screen();
}

Result<std::unique_ptr<WatchScreen>> WatchScreen::open(Colour colour) {
  CHECK(check_screen());
  std::unique_ptr<WatchScreen> screen(new WatchScreen);
  CHECK(screen->start(colour));
  return screen;
}

Status WatchScreen::start(Colour colour) {
  // By its name: stdin may have carried the passphrase.
  terminal_.reset(std::fopen("/dev/tty", "r+e"));
  if (!terminal_) return no_screen();
  speak_utf8();
  prepare_rescue(fileno(terminal_.get()));
  // Before ncurses, which else takes the signal for itself.
  sigset_t resize;
  sigemptyset(&resize);
  sigaddset(&resize, SIGWINCH);
  pthread_sigmask(SIG_BLOCK, &resize, &signals_before_);
  screen_ = newterm(nullptr, terminal_.get(), terminal_.get());
  if (!screen_) {
    pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
    return no_screen();
  }
  arm_rescue();
  set_escdelay(escape_delay);
  cbreak();
  noecho();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  // Ctrl-C ends it in order, by its signal. Nothing stops it while it has the vault.
  termios mode{};
  tcgetattr(fileno(terminal_.get()), &mode);
  mode.c_cc[VQUIT] = mode.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr(fileno(terminal_.get()), TCSANOW, &mode);
  def_prog_mode();
  start_colours(colour);
  waiting_ = FileHandle{epoll_create1(EPOLL_CLOEXEC)};
  resized_ = FileHandle{signalfd(-1, &resize, SFD_NONBLOCK | SFD_CLOEXEC)};
  clock_ = FileHandle{timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
  PORCHLIGHT_ASSERT(waiting_ && resized_ && clock_);
  for (const int fd : {fileno(terminal_.get()), resized_.get(), clock_.get()}) wait_for(fd);
  return Ok{};
}

WatchScreen::~WatchScreen() {
  if (!screen_) return;
  tcflush(fileno(terminal_.get()), TCIFLUSH);
  curs_set(1);
  endwin();
  disarm_rescue();
  delscreen(static_cast<SCREEN*>(screen_));
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void WatchScreen::start_colours(Colour colour) {
  const char* const no_color = std::getenv("NO_COLOR");
  if (colour == Colour::never || (no_color && *no_color) || !::has_colors()) return;
  has_colours_ = true;
  start_color();
  use_default_colors();
  init_pair(Pair::good, COLOR_GREEN, -1);
  init_pair(Pair::warning, COLOR_YELLOW, -1);
  init_pair(Pair::bad, COLOR_RED, -1);
}

void WatchScreen::wait_for(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  PORCHLIGHT_ASSERT(epoll_ctl(waiting_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

void WatchScreen::wake_in(std::chrono::milliseconds span) {
  const auto left = std::max(span, std::chrono::milliseconds(1));  // 0 would be never
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  itimerspec spec{};
  spec.it_value.tv_sec = seconds.count();
  spec.it_value.tv_nsec = std::chrono::nanoseconds(left - seconds).count();
  timerfd_settime(clock_.get(), 0, &spec, nullptr);
}

void WatchScreen::follow_size() {
  signalfd_siginfo seen;
  while (read(resized_.get(), &seen, sizeof seen) > 0) {
  }
  winsize size{};
  if (ioctl(fileno(terminal_.get()), TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return;
  if (!is_term_resized(size.ws_row, size.ws_col)) return;
  resizeterm(size.ws_row, size.ws_col);
  clearok(stdscr, TRUE);
}

std::optional<WatchKey> WatchScreen::next_key() {
  std::uint64_t rung = 0;
  (void)!read(clock_.get(), &rung, sizeof rung);
  follow_size();
  wint_t code = 0;
  while (true) {
    const int kind = wget_wch(stdscr, &code);
    if (kind == ERR) return std::nullopt;
    if (kind == KEY_CODE_YES) {
      if (auto key = function_key(code)) return key;
      continue;
    }
    if (code == '\n' || code == '\r') return WatchKey{KeyKind::enter, ""};
    if (code == '\t') return WatchKey{KeyKind::tab, ""};
    if (code == 8 || code == 127) return WatchKey{KeyKind::backspace, ""};
    if (code == 12) clearok(stdscr, TRUE);  // Ctrl-L
    if (code == escape && !passes_unknown_key()) return WatchKey{KeyKind::escape, ""};
    if (std::iswprint(code)) return WatchKey{KeyKind::character, narrow(code)};
  }
}

bool WatchScreen::is_gone() const {
  pollfd polled{fileno(terminal_.get()), POLLIN, 0};
  return poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

WatchSize WatchScreen::size() const {
  return {static_cast<std::size_t>(getmaxx(stdscr)), static_cast<std::size_t>(getmaxy(stdscr))};
}

void WatchScreen::draw(const WatchPicture& picture) {
  werase(stdscr);
  int y = 0;
  for (const WatchLine& line : picture.lines) {
    wmove(stdscr, y++, 0);
    for (const WatchSpan& span : line.spans) {
      wattrset(stdscr, static_cast<int>(attributes_of(span, line, has_colours_)));
      waddwstr(stdscr, wide(span.text).c_str());
    }
  }
  wattrset(stdscr, A_NORMAL);
  curs_set(picture.cursor_column ? 1 : 0);
  if (picture.cursor_column) wmove(stdscr, y - 1, static_cast<int>(*picture.cursor_column));
  wrefresh(stdscr);
}

void WatchScreen::ring() { beep(); }

}  // namespace porchlight::client
