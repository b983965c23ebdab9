using System.Globalization;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Attesting;

/// <summary>
/// The referrer manifest that ties a bundle to its subject, as cosign 3 writes it (OCI image-spec 1.1, "Guidelines for Artifact Usage").
/// The same bundle and subject give the same bytes.
/// </summary>
public static class AttestationManifest
{
    /// <summary>The annotation by which a statement's attestation is found again: SHA-256 of the statement. A hint, never evidence.</summary>
    public const string StatementAnnotation = "dev.provenance.statement.sha256";

    /// <summary>Writes the manifest.</summary>
    public static byte[] Write(Descriptor subject, Descriptor bundle, string predicateType, Digest statement, DateTimeOffset? created)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(statement);
        using var buffer = new PooledBuffer(1024);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion"u8, 2);
            writer.WriteString("mediaType"u8, MediaTypes.Manifest);
            writer.WriteString("artifactType"u8, Bundle.MediaTypeV03);
            writer.WritePropertyName("config"u8);
            Write(writer, Descriptor.Empty);
            writer.WriteStartArray("layers"u8);
            Write(writer, bundle);
            writer.WriteEndArray();
            writer.WritePropertyName("subject"u8);
            Write(writer, subject);
            writer.WriteStartObject("annotations"u8);
            writer.WriteString(StatementAnnotation, statement.Hex);
            writer.WriteString("dev.sigstore.bundle.content"u8, "dsse-envelope"u8);
            writer.WriteString("dev.sigstore.bundle.predicateType"u8, predicateType);
            if (created is { } time)
            {
                // The end of the run, not the time of pushing: a second push must give the same manifest.
                writer.WriteString("org.opencontainers.image.created"u8, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType"u8, descriptor.MediaType);
        writer.WriteString("digest"u8, descriptor.Digest.ToString());
        writer.WriteNumber("size"u8, descriptor.Size);
        writer.WriteEndObject();
    }
}
