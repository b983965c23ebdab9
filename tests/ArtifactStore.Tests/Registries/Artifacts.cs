using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

/// <summary>Manifests as clients write them.</summary>
internal static class Artifacts
{
    public const string BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    public static byte[] EmptyConfig { get; } = "{}"u8.ToArray();

    public static Digest Missing { get; } = Digest.Of("nobody has this"u8);

    /// <summary>An image manifest with one layer, or none.</summary>
    public static byte[] Manifest(Descriptor? layer = null, Descriptor? subject = null, string? artifactType = null, (string Key, string Value)? annotation = null)
    {
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.Manifest,
            ["config"] = Json(Descriptor.Empty),
            ["layers"] = layer is null ? new JsonArray() : new JsonArray(Json(layer)),
        };
        if (artifactType is not null)
        {
            manifest["artifactType"] = artifactType;
        }

        if (subject is not null)
        {
            manifest["subject"] = Json(subject);
        }

        if (annotation is { } given)
        {
            manifest["annotations"] = new JsonObject { [given.Key] = given.Value };
        }

        return Encoding.UTF8.GetBytes(manifest.ToJsonString());
    }

    /// <summary>An index of manifests.</summary>
    public static byte[] Index(Descriptor? subject, string? artifactType, params Descriptor[] manifests)
    {
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.Index,
            ["manifests"] = new JsonArray([.. manifests.Select(Json)]),
        };
        if (artifactType is not null)
        {
            index["artifactType"] = artifactType;
        }

        if (subject is not null)
        {
            index["subject"] = Json(subject);
        }

        return Encoding.UTF8.GetBytes(index.ToJsonString());
    }

    public static JsonObject Json(Descriptor descriptor) => new()
    {
        ["mediaType"] = descriptor.MediaType,
        ["digest"] = descriptor.Digest.ToString(),
        ["size"] = descriptor.Size,
    };
}
