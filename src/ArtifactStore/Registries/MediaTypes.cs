namespace Provenance.ArtifactStore.Registries;

/// <summary>Media types of the OCI image specification 1.1 and of Docker's image format, as registries and clients write them.</summary>
public static class MediaTypes
{
    /// <summary>OCI image manifest.</summary>
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>OCI image index.</summary>
    public const string Index = "application/vnd.oci.image.index.v1+json";

    /// <summary>Docker image manifest, schema 2.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Docker manifest list.</summary>
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>The empty JSON object, <c>{}</c>, where a descriptor is needed and there is nothing to say.</summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>OCI image configuration.</summary>
    public const string ImageConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>Bytes of no particular format.</summary>
    public const string OctetStream = "application/octet-stream";
}
