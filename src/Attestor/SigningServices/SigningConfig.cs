using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.SigningServices;

/// <summary>Which services signing may use (sigstore_trustroot.proto, SigningConfig 0.2). Exists only where all of it is valid.</summary>
public sealed class SigningConfig
{
    /// <summary>How large the file may be: 256 KiB.</summary>
    public const int MaximumSize = 256 << 10;

    internal SigningConfig()
    {
    }

    /// <summary>The certificate authorities.</summary>
    public required IReadOnlyList<SigningService> CertificateAuthorities { get; init; }

    /// <summary>The issuers of identity tokens.</summary>
    public required IReadOnlyList<SigningService> TokenIssuers { get; init; }

    /// <summary>The transparency logs.</summary>
    public required IReadOnlyList<SigningService> Logs { get; init; }

    /// <summary>How many logs a signature is entered in.</summary>
    public required ServiceCount LogCount { get; init; }

    /// <summary>The time stamping authorities.</summary>
    public required IReadOnlyList<SigningService> TimestampAuthorities { get; init; }

    /// <summary>How many of them stamp a signature.</summary>
    public required ServiceCount TimestampCount { get; init; }

    /// <summary>The signing config of the public Sigstore instance as it was when this version was made; what it has published since is not in it.</summary>
    public static SigningConfig ReadPublicGood()
    {
        using var stream = typeof(SigningConfig).Assembly.GetManifestResourceStream("public-good.signing_config.json")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return Parse(content);
    }

    /// <summary>Reads a <c>signing_config.json</c>.</summary>
    /// <exception cref="SigningConfigException">It is malformed or of another version; the message names the part.</exception>
    public static SigningConfig Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return SigningConfigReader.Read(utf8);
        }
        catch (EvidenceException e)
        {
            throw new SigningConfigException(e.Message, e);
        }
    }
}
