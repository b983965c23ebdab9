using System.Text;
using Provenance.ArtifactStore.Access.Passwords;

namespace Provenance.ArtifactStore.Tests.Access.Passwords;

/// <summary>The vectors of OpenBSD's implementation, as jBCrypt lists them, and hashes that libxcrypt and htpasswd of Debian 12 made.</summary>
public sealed class BcryptHashTests
{
    [Theory]
    [InlineData("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("", "$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye")]
    [InlineData("", "$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW")]
    [InlineData("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe")]
    [InlineData("a", "$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC")]
    [InlineData("~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "$2y$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q")]
    [InlineData("äöü", "$2b$05$abcdefghijklmnopqrstuuhZA3EgHD5NB83AXZv/cFIHl6MouG9vm")]
    [InlineData("correct horse", "$2y$05$zQ1sOxthHz6dclNp4J5QkOHBlTmrg1mnXUUfr7TGHpp.3bE07njlO")]
    [InlineData("s3cret:with:colons", "$2y$05$z87TnBWtMkp80VZPYamRjONkws4ulMEfsN/fm7UVL9guzP1FHa50q")]
    public void A_password_matches_the_hash_that_others_made_of_it(string password, string text)
    {
        var hash = Parse(text);
        hash.Matches(Encoding.UTF8.GetBytes(password)).Should().BeTrue();
        hash.Matches(Encoding.UTF8.GetBytes(password + "x")).Should().BeFalse();
        hash.Matches("another"u8).Should().BeFalse();
    }

    [Fact]
    public void What_bcrypt_would_cut_off_is_refused()
    {
        var hash = Parse("$2y$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q");
        hash.Matches(Encoding.UTF8.GetBytes(new string('x', 73))).Should().BeFalse("the first 72 bytes match, but the password is another one");
        Parse("$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.").Matches("\0"u8).Should().BeFalse("a zero byte ends the password in other readers");
    }

    [Theory]
    [InlineData("$2y$03$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q", "cost")]
    [InlineData("$2y$31$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q", "cost")]
    [InlineData("$2x$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q", "htpasswd -B")]
    [InlineData("$2y$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576", "htpasswd -B")]
    [InlineData("$2y$05$abcdefghijklmnopqrst=ujf8SX2ahXLwp9w/B.Y5XdysS6yR576q", "characters")]
    [InlineData("$apr1$ZjTqBB3f$IF9gdYAGlMrs2fuINjHsz.", "htpasswd -B")]
    [InlineData("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "htpasswd -B")]
    [InlineData("", "htpasswd -B")]
    public void Other_hashes_are_refused_without_repeating_them(string text, string expected)
    {
        BcryptHash.TryParse(text, out _, out string? problem).Should().BeFalse();
        problem.Should().Contain(expected);
        (text.Length == 0 || !problem!.Contains(text, StringComparison.Ordinal)).Should().BeTrue();
    }

    private static BcryptHash Parse(string text)
    {
        BcryptHash.TryParse(text, out var hash, out string? problem).Should().BeTrue(problem);
        return hash!;
    }
}
