using Provenance.ArtifactStore.Serving;

namespace Provenance.ArtifactStore.Tests.Serving;

public sealed class RegistryRouteTests
{
    [Theory]
    [InlineData("", nameof(RegistryResource.Root), "", "")]
    [InlineData("app/tags/list", nameof(RegistryResource.Tags), "app", "")]
    [InlineData("a/b/manifests/v1", nameof(RegistryResource.Manifest), "a/b", "v1")]
    [InlineData("app/blobs/sha256:00", nameof(RegistryResource.Blob), "app", "sha256:00")]
    [InlineData("app/blobs/uploads", nameof(RegistryResource.Uploads), "app", "")]
    [InlineData("app/blobs/uploads/", nameof(RegistryResource.Uploads), "app", "")]
    [InlineData("app/blobs/uploads/1234", nameof(RegistryResource.Upload), "app", "1234")]
    [InlineData("app/referrers/sha256:00", nameof(RegistryResource.Referrers), "app", "sha256:00")]
    [InlineData("manifests/blobs/manifests/manifests", nameof(RegistryResource.Manifest), "manifests/blobs", "manifests")]
    [InlineData("a/blobs/uploads/tags/list", nameof(RegistryResource.Tags), "a/blobs/uploads", "")]
    [InlineData("tags/list/tags/list", nameof(RegistryResource.Tags), "tags/list", "")]
    public void Paths_are_read_from_their_end(string path, string resource, string repository, string name)
    {
        RegistryRoute.TryParse(path, out var route).Should().BeTrue();

        route.Should().Be(new RegistryRoute(Enum.Parse<RegistryResource>(resource), repository, name));
    }

    [Theory]
    [InlineData("app")]
    [InlineData("_catalog")]
    [InlineData("manifests/v1")]
    [InlineData("app/manifests/")]
    [InlineData("app/blobs/")]
    [InlineData("app/referrers/")]
    [InlineData("app/tags/list/")]
    [InlineData("app/tags")]
    [InlineData("app/manifests/v1/")]
    public void Paths_that_the_specification_does_not_know_are_not_found(string path) => RegistryRoute.TryParse(path, out _).Should().BeFalse();

    [Theory]
    [InlineData("../manifests/v1")]
    [InlineData("a/../../b/manifests/v1")]
    [InlineData("/manifests/v1")]
    [InlineData("APP/manifests/v1")]
    [InlineData("_tags/manifests/v1")]
    [InlineData("a%2F..%2Fb/manifests/v1")]
    public void A_name_that_is_not_valid_is_refused(string path) =>
        FluentActions.Invoking(() => RegistryRoute.TryParse(path, out _)).Should().Throw<OciException>().Which.Code.Should().Be("NAME_INVALID");
}
