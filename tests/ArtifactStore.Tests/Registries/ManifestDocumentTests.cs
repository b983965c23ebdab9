using System.Text;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class ManifestDocumentTests
{
    private const string EmptyDescriptor =
        """{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}""";

    [Theory]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[]} x""", "JSON")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"layers":[]}""", "layers")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"l\u0061yers":[]}""", "layers")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"annotations":{"a":"1","a":"2"}}""", "a")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"manifests":[]}""", "manifests")]
    [InlineData("""{"schemaVersion":1,"config":CONFIG}""", "schemaVersion")]
    [InlineData("""{"config":CONFIG}""", "schemaVersion")]
    [InlineData("""{"schemaVersion":2}""", "config")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":{}}""", "layers")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a/b","digest":"sha256:00","size":2}}""", "config.digest")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a/b","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":-1}}""", "size")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":CONFIG}""", "sent as")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"subject":"sha256:00"}""", "subject")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"annotations":{"a":1}}""", "annotation")]
    [InlineData("""[]""", "object")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"artifactType":"\ud800"}""", "JSON")]
    public void A_manifest_that_two_readers_could_read_differently_is_refused(string json, string problem)
    {
        byte[] content = Encoding.UTF8.GetBytes(json.Replace("CONFIG", EmptyDescriptor, StringComparison.Ordinal));

        FluentActions.Invoking(() => ManifestDocument.Parse(content, MediaTypes.Manifest)).Should().Throw<ManifestFormatException>().WithMessage($"*{problem}*");
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{EmptyDescriptor}},"x":" """), 0xFF, .. "\"}"u8];

        FluentActions.Invoking(() => ManifestDocument.Parse(content, MediaTypes.Manifest)).Should().Throw<ManifestFormatException>().WithMessage("*UTF-8*");
    }

    [Fact]
    public void A_document_too_deep_or_too_large_is_refused()
    {
        byte[] deep = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{EmptyDescriptor}},"x":{{new string('[', 100)}}{{new string(']', 100)}}}""");
        byte[] large = new byte[ManifestDocument.MaximumSize + 1];

        FluentActions.Invoking(() => ManifestDocument.Parse(deep, MediaTypes.Manifest)).Should().Throw<ManifestFormatException>();
        FluentActions.Invoking(() => ManifestDocument.Parse(large, MediaTypes.Manifest)).Should().Throw<ManifestFormatException>();
    }

    [Fact]
    public void Without_an_artifact_type_the_configurations_media_type_counts()
    {
        ManifestDocument.Parse(Artifacts.Manifest(), MediaTypes.Manifest).ArtifactType.Should().Be(MediaTypes.Empty);
        ManifestDocument.Parse(Artifacts.Manifest(artifactType: "a/b"), MediaTypes.Manifest).ArtifactType.Should().Be("a/b");
    }

    [Fact]
    public void Parameters_of_the_content_type_do_not_matter() =>
        ManifestDocument.Parse(Artifacts.Manifest(), $"{MediaTypes.Manifest}; charset=utf-8").MediaType.Should().Be(MediaTypes.Manifest);

    [Fact]
    public void Layers_that_may_not_be_distributed_need_not_be_present()
    {
        var layer = Descriptor.Of("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "foreign"u8);

        ManifestDocument.Parse(Artifacts.Manifest(layer), MediaTypes.Manifest).Blobs.Should().Equal(Descriptor.Empty.Digest);
    }
}
