using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Tests.Digests;

public sealed class DigestTests
{
    [Fact]
    public void A_digest_of_any_content_reads_back_as_itself() =>
        Prop.ForAll<byte[], bool>((content, wide) =>
        {
            var digest = Digest.Of(wide ? DigestAlgorithm.Sha512 : DigestAlgorithm.Sha256, content);
            return Digest.Parse(digest.ToString()) == digest && digest.ToString() == $"{digest.Algorithm}:{digest.Hex}";
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_digest_with_any_one_character_changed_is_another_digest_or_none() =>
        Prop.ForAll<byte[], int, char>((content, position, replacement) =>
        {
            string text = Digest.Of(content).ToString();
            int at = (int)((uint)position % (uint)text.Length);
            string changed = $"{text[..at]}{replacement}{text[(at + 1)..]}";
            return changed == text || !Digest.TryParse(changed, out var digest) || digest != Digest.Of(content);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_that_parses_is_its_own_canonical_form() =>
        Prop.ForAll<string?>(text => !Digest.TryParse(text, out var digest) || digest.ToString() == text).QuickCheckThrowOnFailure();

    [Fact]
    public void Different_content_has_different_digests() =>
        Prop.ForAll<byte[], byte[]>((one, other) => one.AsSpan().SequenceEqual(other) == (Digest.Of(one) == Digest.Of(other))).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_stream_has_the_digest_of_its_bytes()
    {
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        using var stream = new MemoryStream(content);

        (await Digest.OfAsync(stream, CancellationToken.None)).Should().Be(Digest.Of(content));
    }

    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Known_answers_of_FIPS_180_are_met(string content, string hex) =>
        Digest.Of(Encoding.ASCII.GetBytes(content)).Hex.Should().Be(hex);

    [Theory]
    [InlineData("")]
    [InlineData("sha256")]
    [InlineData("sha256:")]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha384:38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../etc/passwd")]
    public void Anything_that_is_not_exactly_a_digest_is_refused(string text)
    {
        Digest.TryParse(text, out _, out string? problem).Should().BeFalse();
        problem.Should().NotBeNullOrEmpty();
    }
}
