using System.Runtime.CompilerServices;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;

namespace Provenance.Attestor.Verifying;

/// <summary>A bundle, or a DSSE envelope, that the caller has in memory.</summary>
/// <param name="source">What reports call it, such as a file name.</param>
/// <param name="content">The bytes.</param>
public sealed class OfferedEvidence(string source, ReadOnlyMemory<byte> content) : EvidenceSource
{
    /// <inheritdoc/>
    internal override async IAsyncEnumerable<EvidenceFinding> FindAsync(Digest subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        yield return new Candidate(source, IsEnvelope(content.Span) ? CandidateKind.Envelope : CandidateKind.Bundle, content) { IsOffered = true };
    }

    // Only chooses the parser; what is neither is refused by the bundle's.
    private static bool IsEnvelope(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth is 1)
                {
                    return reader.ValueTextEquals("payload"u8) || reader.ValueTextEquals("payloadType"u8) || reader.ValueTextEquals("signatures"u8);
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON: the parser that reads it says so in its own words.
        }

        return false;
    }
}
