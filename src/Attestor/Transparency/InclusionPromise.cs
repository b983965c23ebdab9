using System.Globalization;
using System.Text;
using Provenance.Attestor.Bundles;

namespace Provenance.Attestor.Transparency;

/// <summary>A log's signed promise (SET, Rekor version 1): a signature over the entry as canonical JSON (RFC 8785).</summary>
internal static class InclusionPromise
{
    /// <summary>The bytes that the promise signs. All values are digits or from alphabets that JSON does not escape.</summary>
    public static byte[] SignedBytes(LogEntry entry) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"body":"{{Convert.ToBase64String(entry.Body.Span)}}","integratedTime":{{entry.IntegratedTime}},"logID":"{{Convert.ToHexStringLower(entry.LogId.Span)}}","logIndex":{{entry.LogIndex}}}"""));
}
