using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Trust;

/// <summary>
/// Whom verification trusts for certificates, transparency and time (sigstore_trustroot.proto, TrustedRoot 0.1 and 0.2). Exists only
/// where all of it is valid. Safe for use by several threads; reading one costs more than verifying a bundle, so keep it.
/// </summary>
public sealed class TrustedRoot
{
    /// <summary>How large the file may be: 1 MiB.</summary>
    public const int MaximumSize = 1 << 20;

    internal TrustedRoot()
    {
    }

    /// <summary>The media type, exactly as written.</summary>
    public required string MediaType { get; init; }

    /// <summary>The transparency logs for signatures.</summary>
    public required IReadOnlyList<TrustedLog> Logs { get; init; }

    /// <summary>The authorities for signing certificates.</summary>
    public required IReadOnlyList<TrustedAuthority> CertificateAuthorities { get; init; }

    /// <summary>The transparency logs for certificates.</summary>
    public required IReadOnlyList<TrustedLog> CertificateLogs { get; init; }

    /// <summary>The authorities for time.</summary>
    public required IReadOnlyList<TrustedAuthority> TimestampAuthorities { get; init; }

    /// <summary>The trusted root of the public Sigstore instance as it was when this version was made; what it has published since is not in it.</summary>
    public static TrustedRoot ReadPublicGood()
    {
        using var stream = typeof(TrustedRoot).Assembly.GetManifestResourceStream("public-good.trusted_root.json")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return Parse(content);
    }

    /// <summary>Reads a <c>trusted_root.json</c>.</summary>
    /// <exception cref="TrustedRootException">It is malformed, or a part of it does not hold; the message names the part.</exception>
    public static TrustedRoot Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return TrustedRootReader.Read(utf8);
        }
        catch (EvidenceException e)
        {
            throw new TrustedRootException(e.Message, e);
        }
    }
}
