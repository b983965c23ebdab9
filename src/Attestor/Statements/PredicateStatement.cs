using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Statements;

/// <summary>Writes statements about one artifact whose predicate somebody else wrote.</summary>
public static class PredicateStatement
{
    /// <summary>How large a predicate may be: 4 MiB, less what the rest of a payload takes.</summary>
    public const int MaximumSize = Envelope.MaximumPayloadSize - (64 << 10);

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["cyclonedx"] = "https://cyclonedx.org/bom",
        ["link"] = "https://in-toto.io/Link/v1",
        ["openvex"] = "https://openvex.dev/ns",
        ["slsaprovenance"] = "https://slsa.dev/provenance/v0.2",
        ["slsaprovenance02"] = "https://slsa.dev/provenance/v0.2",
        ["slsaprovenance1"] = "https://slsa.dev/provenance/v1",
        ["spdxjson"] = "https://spdx.dev/Document",
        ["vuln"] = "https://cosign.sigstore.dev/attestation/vuln/v1",
    };

    /// <summary>The short names of predicate types, which are those of cosign.</summary>
    public static IReadOnlyCollection<string> TypeNames { get; } = [.. Names.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The predicate type of a short name or of an absolute URI; null where the text is neither.</summary>
    public static string? FindType(string text) =>
        Names.GetValueOrDefault(text) ?? (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "urn" or "tag" ? text : null);

    /// <summary>Writes the statement; the predicate canonically, so that equal predicates give equal bytes.</summary>
    /// <param name="subject">The artifact, with its digest.</param>
    /// <param name="predicateType">An exact URI.</param>
    /// <param name="predicate">One JSON object.</param>
    /// <exception cref="EvidenceException">The predicate is no JSON object, is ambiguous, or is too large.</exception>
    public static byte[] Write(ResourceDescriptor subject, string predicateType, ReadOnlyMemory<byte> predicate)
    {
        if (predicate.Length > MaximumSize)
        {
            throw new EvidenceException("LIMIT", $"The predicate has {predicate.Length} bytes; at most {MaximumSize} can be attested.");
        }

        using var document = StrictJson.ParseObject(predicate, "predicate");
        return StatementWriter.Write([subject], predicateType, writer => CanonicalJson.Write(writer, document.RootElement));
    }
}
