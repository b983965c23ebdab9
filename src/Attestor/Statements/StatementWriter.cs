using System.Text.Json;

namespace Provenance.Attestor.Statements;

/// <summary>Writes statements as bytes that depend on nothing but their contents (in-toto attestation spec v1, statement.md).</summary>
public static class StatementWriter
{
    /// <summary>Writes a statement; <paramref name="writePredicate"/> writes one JSON object.</summary>
    /// <exception cref="ArgumentException">There is no subject, more than 1,024, or one without a digest.</exception>
    public static byte[] Write(
        IReadOnlyList<ResourceDescriptor> subjects,
        string predicateType,
        Action<Utf8JsonWriter> writePredicate)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentNullException.ThrowIfNull(writePredicate);
        if (subjects.Count is 0 or > Statement.MaximumSubjects)
        {
            throw new ArgumentException($"A statement has 1 to {Statement.MaximumSubjects} subjects, not {subjects.Count}.", nameof(subjects));
        }

        using var buffer = new PooledBuffer(4096);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("_type"u8, Statement.Type);
            writer.WriteStartArray("subject"u8);
            foreach (var subject in subjects)
            {
                if (subject.Digest is null)
                {
                    throw new ArgumentException($"The subject {subject.Name} has no digest.", nameof(subjects));
                }

                Write(writer, subject);
            }

            writer.WriteEndArray();
            writer.WriteString("predicateType"u8, predicateType);
            writer.WritePropertyName("predicate"u8);
            writePredicate(writer);
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }

    /// <summary>Writes one resource descriptor; what it does not have is left out.</summary>
    public static void Write(Utf8JsonWriter writer, ResourceDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(descriptor);
        writer.WriteStartObject();
        WriteUnlessNull(writer, "name"u8, descriptor.Name);
        WriteUnlessNull(writer, "uri"u8, descriptor.Uri);
        if (descriptor.Digest is { } digest)
        {
            writer.WriteStartObject("digest"u8);
            for (int i = 0; i < digest.Count; i++)
            {
                writer.WriteString(digest[i].Key, digest[i].Value);
            }

            writer.WriteEndObject();
        }

        if (descriptor.Content is { } content)
        {
            writer.WriteBase64String("content"u8, content.Span);
        }

        WriteUnlessNull(writer, "mediaType"u8, descriptor.MediaType);
        if (descriptor.Annotations is { Count: > 0 } annotations)
        {
            writer.WriteStartObject("annotations"u8);
            foreach (var (key, value) in annotations)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteUnlessNull(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
