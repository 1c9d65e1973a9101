// A photo with a place in it goes out with a sighting, and comes without the place to who asks.
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/e2e/stage.hpp"
#include "tests/unit/camera_picture.hpp"

namespace porchlight::e2e {
namespace {

using ::testing::HasSubstr;

class PhotoStage : public Stage {
 protected:
  static std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::filesystem::path file(const char* name) const { return folder_.path() / name; }

  Folder folder_;
};

TEST_F(PhotoStage, ComesToWhoAsksForItWithoutWhereItWasTaken) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const Bytes taken = porchlight::testing::camera_picture();
  std::ofstream(file("p.jpg"), std::ios::binary) << as_text(taken);

  // Kept while there is no relay, and sent by whatever comes next.
  relay_.stop();
  const Finished kept = wren_.run({"sighting", "post", "--where", "5th & Oak", "--photo",
                                   file("p.jpg").string(), "--photo", file("p.jpg").string()});
  EXPECT_EQ(kept.code, queued) << kept.err;
  EXPECT_THAT(kept.out, HasSubstr("0/2, continuing (location data removed)"));
  relay_.start();
  wren_.must({"sync"});
  const std::string sent =
      wren_.must({"sighting", "post", "--where", "School", "--photo", file("p.jpg").string()});
  EXPECT_THAT(sent, HasSubstr("photo sent (location data removed)"));

  const std::string shown = carla_.must({"sighting", "list"});
  EXPECT_THAT(shown, HasSubstr("2 photos, "));
  const auto photos = carla_.records({"photo", "list"});
  ASSERT_EQ(photos.size(), 3u);
  const std::string id = photos[1].value("sighting", "");

  const auto to = file("got.jpg");
  const Finished got = carla_.run({"photo", "get", id, "--number", "2", "--to", to.string()});
  ASSERT_EQ(got.code, done) << got.err;
  EXPECT_THAT(got.err, HasSubstr("outside the vault"));
  const std::string photo = read(to);
  ASSERT_GT(photo.size(), 1'000u);
  EXPECT_TRUE(photo.starts_with("\xff\xd8\xff"));
  porchlight::testing::expect_no_canary(as_bytes(photo));
  struct stat made {};
  ASSERT_EQ(lstat(to.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 07777, 0600u);

  // Nothing is overwritten, and what is no photo does not go.
  EXPECT_EQ(carla_.run({"photo", "get", id, "--number", "1", "--to", to.string()}).code, usage);
  EXPECT_EQ(read(to), photo);
  const Finished text = wren_.run({"sighting", "post", "--where", "x", "--photo", "/etc/hostname"});
  EXPECT_EQ(text.code, usage);
  EXPECT_THAT(text.err, HasSubstr("Nothing was posted"));

  wren_.must({"sighting", "retract", id});
  EXPECT_EQ(carla_.run({"photo", "get", id, "--number", "2", "--to", file("b").string()}).code,
            not_found);
  EXPECT_FALSE(std::filesystem::exists(file("b")));
}

}  // namespace
}  // namespace porchlight::e2e
