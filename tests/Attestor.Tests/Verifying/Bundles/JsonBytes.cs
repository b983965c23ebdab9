using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Bytes in JSON.</summary>
internal static class JsonBytes
{
    /// <summary>What the base64 text says.</summary>
    public static byte[] Bytes(this JsonNode value) =>
        StrictBase64.TryDecode((string)value!, out byte[]? bytes) ? bytes : throw new FormatException("no base64");
}
