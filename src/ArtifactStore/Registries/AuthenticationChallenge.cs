using System.Net.Http.Headers;

namespace Provenance.ArtifactStore.Registries;

/// <summary>What a registry asks for in <c>WWW-Authenticate</c> (RFC 9110, section 11.6.1; docker's token authentication).</summary>
/// <param name="IsBearer">Whether a token is asked for, rather than a password.</param>
/// <param name="Parameters">The parameters by lower-case name.</param>
internal sealed record AuthenticationChallenge(bool IsBearer, IReadOnlyDictionary<string, string> Parameters)
{
    private const int MaximumLength = 8192;

    /// <summary>The first challenge that we can meet, a token before a password; null where there is none.</summary>
    public static AuthenticationChallenge? Find(HttpHeaderValueCollection<AuthenticationHeaderValue> headers)
    {
        AuthenticationChallenge? basic = null;
        foreach (var header in headers)
        {
            if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                return new AuthenticationChallenge(true, Read(header.Parameter ?? ""));
            }

            if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                basic = new AuthenticationChallenge(false, new Dictionary<string, string>());
            }
        }

        return basic;
    }

    /// <summary>Reads <c>name="value", name=value</c>; what does not fit ends the reading.</summary>
    private static Dictionary<string, string> Read(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = text.AsSpan(0, Math.Min(text.Length, MaximumLength)).Trim();
        while (rest.IndexOf('=') is > 0 and int equals)
        {
            string name = rest[..equals].Trim().ToString().ToLowerInvariant();
            rest = rest[(equals + 1)..].TrimStart();
            bool quoted = rest.StartsWith("\"", StringComparison.Ordinal);
            rest = quoted ? rest[1..] : rest;
            int end = rest.IndexOf(quoted ? '"' : ',');
            if (end < 0 && quoted)
            {
                break;
            }

            parameters.TryAdd(name, (end < 0 ? rest : rest[..end]).Trim().ToString());
            rest = end < 0 ? [] : rest[(end + 1)..].TrimStart(" ,\t");
        }

        return parameters;
    }
}
