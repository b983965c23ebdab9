using System.Security.Cryptography;
using System.Text.Json;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Lookups;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Trust;

namespace Provenance.Cli.Hosting;

/// <summary>As whom a data folder's process signs without a key, kept beside the public key so that the next process knows it.</summary>
/// <param name="Subject">The name in the certificates.</param>
/// <param name="Issuer">Who vouched for it.</param>
/// <param name="TrustedRoot">The JSON of the trusted root; null for that of the public instance.</param>
/// <param name="LogEntry">Whether signatures have to be in a log.</param>
/// <param name="CertificateLog">Whether certificates have to be in a log.</param>
internal sealed record OwnIdentity(string? Subject, string? Issuer, string? TrustedRoot, bool LogEntry, bool CertificateLog)
{
    private const int MaximumSize = Attestor.Trust.TrustedRoot.MaximumSize * 2;

    /// <summary>The identity of a data folder; null where nothing was signed so.</summary>
    public static async Task<OwnIdentity?> FindAsync(DataLayout layout, CancellationToken cancellationToken)
    {
        if (!File.Exists(layout.Identity))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(await SmallFile.ReadAsync(layout.Identity, "record of an identity", MaximumSize, cancellationToken), OwnIdentityJson.Default.OwnIdentity);
        }
        catch (JsonException)
        {
            throw new CommandException(ExitCodes.Usage, $"{layout.Identity} cannot be read. Remove it: it is written again with the next signature, and until then nothing signed without a key is shown as verified.");
        }
    }

    /// <summary>Whom a data folder's look-ups trust: the keys, or the key in the folder where none are given, and this identity.</summary>
    public static TrustedSigners Trusted(DataLayout layout, IReadOnlyList<VerificationKey>? keys, OwnIdentity? own)
    {
        keys ??= File.Exists(layout.PublicKey) ? [KeyFile.LoadPublicKey(layout.PublicKey)] : [];
        if (own is null)
        {
            return new TrustedSigners(keys);
        }

        return new TrustedSigners(keys, own.Certificates()) { Identity = own.Subject is null ? null : new CertificateIdentity(own.Subject, own.Issuer) };
    }

    /// <summary>Which certificates hold under the trusted root.</summary>
    /// <exception cref="TrustedRootException">The trusted root cannot be read.</exception>
    public TrustedCertificates Certificates()
    {
        byte[] content = System.Text.Encoding.UTF8.GetBytes(TrustedRoot ?? "");
        var root = TrustedRoot is null ? Attestor.Trust.TrustedRoot.ReadPublicGood() : Attestor.Trust.TrustedRoot.Parse(content);
        var verifier = new SignatureVerifier(root, new SignatureDemands { LogEntry = LogEntry, CertificateLog = CertificateLog });
        return new TrustedCertificates(verifier, $"{Convert.ToHexStringLower(SHA256.HashData(content))} {LogEntry} {CertificateLog}");
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public void Save(DataLayout layout) => WholeFile.Write(layout.Identity, JsonSerializer.SerializeToUtf8Bytes(this, OwnIdentityJson.Default.OwnIdentity));
}
