using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class ReferenceTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("alpine", "docker.io/library/alpine")]
    [InlineData("alpine:3.20", "docker.io/library/alpine:3.20")]
    [InlineData("grafana/loki", "docker.io/grafana/loki")]
    [InlineData("docker.io/alpine", "docker.io/library/alpine")]
    [InlineData("index.docker.io/grafana/loki:1", "docker.io/grafana/loki:1")]
    [InlineData("localhost/app", "localhost/app")]
    [InlineData("localhost:5000/app:v1", "localhost:5000/app:v1")]
    [InlineData("127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app")]
    [InlineData("GHCR.io/owner/app", "ghcr.io/owner/app")]
    [InlineData($"quay.io/o/app@sha256:{Hex}", $"quay.io/o/app@sha256:{Hex}")]
    [InlineData($"quay.io/o/app:v1@sha256:{Hex}", $"quay.io/o/app:v1@sha256:{Hex}")]
    public void A_reference_is_read_as_docker_reads_it(string text, string full) => Reference.Parse(text).ToString().Should().Be(full);

    [Fact]
    public void The_parts_are_told_apart()
    {
        var reference = Reference.Parse($"registry.example:8443/team/app:v1@sha256:{Hex}");

        reference.Should().BeEquivalentTo(new
        {
            Registry = "registry.example:8443",
            Repository = "team/app",
            Name = "registry.example:8443/team/app",
            Tag = "v1",
            Digest = Digest.Parse($"sha256:{Hex}"),
            TagOrDigest = $"sha256:{Hex}",
        });
        reference.At(Digest.Of("x"u8)).Tag.Should().BeNull();
        Reference.Parse("alpine").TagOrDigest.Should().Be("latest");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" alpine")]
    [InlineData("https://ghcr.io/owner/app")]
    [InlineData("ghcr.io/")]
    [InlineData("ghcr.io/Owner/app")]
    [InlineData("ghcr.io/owner/app:")]
    [InlineData("ghcr.io/owner/app:.v1")]
    [InlineData("ghcr.io/owner/app@")]
    [InlineData("ghcr.io/owner/app@sha256:abc")]
    [InlineData($"ghcr.io/owner/app@sha256:{Hex}@sha256:{Hex}")]
    [InlineData("ghcr.io:0/app")]
    [InlineData("ghcr.io:65536/app")]
    [InlineData("ghcr.io:+80/app")]
    [InlineData("user@ghcr.io/app")]
    [InlineData("-x.example/app")]
    [InlineData("[::1%25eth0]:5000/app")]
    [InlineData("a..b/app")]
    [InlineData("ghcr.io/owner/../app")]
    [InlineData("ghcr.io/owner/app?x=y")]
    public void Anything_else_is_refused_with_a_reason(string? text)
    {
        Reference.TryParse(text, out _, out string? problem).Should().BeFalse();
        problem.Should().NotBeNullOrEmpty();
    }
}
