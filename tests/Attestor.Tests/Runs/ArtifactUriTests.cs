using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Runs;

namespace Provenance.Attestor.Tests.Runs;

public sealed class ArtifactUriTests
{
    private const string Sha = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("oci://registry.example.com/team/app", "registry.example.com/team/app")]
    [InlineData("oci://registry.example.com:5000/team/app:1.0", "registry.example.com:5000/team/app")]
    [InlineData("docker://registry.example.com/app@" + Sha, "registry.example.com/app")]
    [InlineData("registry.example.com/team/app:1.0", "registry.example.com/team/app")]
    [InlineData("localhost/app", "localhost/app")]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000/app")]
    [InlineData("pkg:oci/app?repository_url=registry.example.com/team", "registry.example.com/team/app")]
    [InlineData("pkg:oci/app@sha256%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?repository_url=registry.example.com/team/app&tag=1", "registry.example.com/team/app")]
    [InlineData("pkg:docker/library/app?repository_url=registry.example.com%2Fteam", "registry.example.com/team/app")]
    public void TryParse_finds_the_image(string text, string repository)
    {
        var uri = Parse(text);
        uri.Image!.Name.Should().Be(repository);
        uri.SubjectName.Should().Be(repository);
        uri.Text.Should().Be(text);
    }

    [Theory]
    [InlineData("pkg:oci/app@1.0")]
    [InlineData("pkg:npm/left-pad@1.3.0")]
    [InlineData("git+https://git.example.com/app.git@refs/heads/main")]
    [InlineData("https://example.com/file.tar.gz")]
    [InlineData("s3://bucket/key")]
    [InlineData("file:///workspace/out")]
    [InlineData("urn:example:thing")]
    public void TryParse_takes_everything_else_for_what_it_says(string text)
    {
        var uri = Parse(text);
        uri.Image.Should().BeNull();
        uri.SubjectName.Should().Be(text);
    }

    [Theory]
    [InlineData(null, "it has no URI")]
    [InlineData("", "it has no URI")]
    [InlineData("app", "neither an absolute URI")]
    [InlineData("team/app", "neither an absolute URI")]
    [InlineData("https://example.com/a b", "white space or control characters")]
    [InlineData("https://example.com/a\nb", "white space or control characters")]
    [InlineData("https://example.com/\0", "white space or control characters")]
    [InlineData(":no-scheme", "neither an absolute URI")]
    [InlineData("oci://registry.example.com/UPPER", "neither an absolute URI")]
    public void TryParse_says_what_is_wrong(string? text, string expected)
    {
        ArtifactUri.TryParse(text, out _, out string? problem).Should().BeFalse();
        problem.Should().Contain(expected).And.NotContain("\n");
    }

    [Theory]
    [InlineData("oci://registry.example.com/app@" + Sha)]
    [InlineData("registry.example.com/app:1@" + Sha)]
    [InlineData("pkg:oci/app@sha256%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?repository_url=registry.example.com")]
    public void TryParse_reads_the_digest_that_the_uri_carries(string text) => Parse(text).Pinned!.ToString().Should().Be(Sha);

    [Fact]
    public void TryParse_refuses_an_endless_uri()
    {
        ArtifactUri.TryParse("https://example.com/" + new string('a', ArtifactUri.MaximumLength), out _, out string? problem).Should().BeFalse();
        problem.Should().Contain("more than 2048");
    }

    [Fact]
    public void TryParse_takes_any_text_without_an_exception() =>
        Prop.ForAll<string>(text => ArtifactUri.TryParse(text, out var uri, out string? problem) ? uri is not null : problem is not null).QuickCheckThrowOnFailure();

    private static ArtifactUri Parse(string text)
    {
        ArtifactUri.TryParse(text, out var uri, out string? problem).Should().BeTrue(problem);
        return uri!;
    }
}
