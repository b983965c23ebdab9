using System.Text.Json;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Slsa;

/// <summary>SLSA provenance v1 in the form in which it is written (slsa.dev/spec/v1.1/provenance).</summary>
public sealed record ProvenancePredicate
{
    /// <summary>The predicate type.</summary>
    public const string Type = "https://slsa.dev/provenance/v1";

    /// <summary>How the parameters and dependencies are to be read.</summary>
    public required string BuildType { get; init; }

    /// <summary>Writes everything that the run's creator chose, as one JSON object.</summary>
    public required Action<Utf8JsonWriter> WriteExternalParameters { get; init; }

    /// <summary>Writes what the platform set and knows, as one JSON object; null to leave it out.</summary>
    public Action<Utf8JsonWriter>? WriteInternalParameters { get; init; }

    /// <summary>What went in.</summary>
    public required IReadOnlyList<ResourceDescriptor> ResolvedDependencies { get; init; }

    /// <summary>Who built: the trust domain of the platform instance.</summary>
    public required string BuilderId { get; init; }

    /// <summary>Which run it was.</summary>
    public required string InvocationId { get; init; }

    /// <summary>When the run began.</summary>
    public DateTimeOffset? StartedOn { get; init; }

    /// <summary>When the run ended.</summary>
    public DateTimeOffset? FinishedOn { get; init; }

    /// <summary>What came out besides the subjects.</summary>
    public required IReadOnlyList<ResourceDescriptor> Byproducts { get; init; }

    /// <summary>Writes the predicate as one JSON object; empty lists are left out.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteStartObject("buildDefinition"u8);
        writer.WriteString("buildType"u8, BuildType);
        writer.WritePropertyName("externalParameters"u8);
        WriteExternalParameters(writer);
        if (WriteInternalParameters is not null)
        {
            writer.WritePropertyName("internalParameters"u8);
            WriteInternalParameters(writer);
        }

        WriteList(writer, "resolvedDependencies"u8, ResolvedDependencies);
        writer.WriteEndObject();
        writer.WriteStartObject("runDetails"u8);
        writer.WriteStartObject("builder"u8);
        writer.WriteString("id"u8, BuilderId);
        writer.WriteEndObject();
        writer.WriteStartObject("metadata"u8);
        writer.WriteString("invocationId"u8, InvocationId);
        WriteTime(writer, "startedOn"u8, StartedOn);
        WriteTime(writer, "finishedOn"u8, FinishedOn);
        writer.WriteEndObject();
        WriteList(writer, "byproducts"u8, Byproducts);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<ResourceDescriptor> descriptors)
    {
        if (descriptors.Count is 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var descriptor in descriptors)
        {
            StatementWriter.Write(writer, descriptor);
        }

        writer.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            Span<char> text = stackalloc char[20];
            value.UtcDateTime.TryFormat(text, out int length, "yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
            writer.WriteString(name, text[..length]);
        }
    }
}
