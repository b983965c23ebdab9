using Provenance.Attestor.Certificates;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Verifying;

namespace Provenance.Cli.Hosting;

/// <summary>By what others know that we signed: a public key in a file, or the identity in certificates.</summary>
/// <param name="publicKey">The file of the public key.</param>
/// <param name="keyless">Who signs without a key; null where a key signs.</param>
/// <param name="trustedRoot">The trusted root that was named for it; null for that of the public instance.</param>
internal sealed class ProofOfSigner(string publicKey, KeylessBundleSigner? keyless, string? trustedRoot)
{
    /// <summary>The options of <c>provenance verify</c>.</summary>
    public string Options => Identity is { } own ? OptionsOf(own) : $"--key {PathOf(publicKey)}";

    /// <summary>The options of cosign.</summary>
    public string CosignOptions => Identity is { } own ? OptionsOf(own) : $"--key {PathOf(publicKey)} --insecure-ignore-tlog";

    private CertificateIdentity? Identity => keyless?.Identity;

    /// <summary>Asks for this proof, and for no other.</summary>
    public VerifyArtifact Demand(VerifyArtifact request) => keyless is { Identity: { } own }
        ? request with
        {
            Identity = new ExpectedIdentity(TextPattern.Exactly(own.Subject), TextPattern.Exactly(own.Issuer!)),
            Signatures = keyless.Verifier,
        }
        : request with { Keys = [KeyFile.LoadPublicKey(publicKey)] };

    // Without a trusted root, verifiers take that of the public instance.
    private string OptionsOf(CertificateIdentity own) =>
        $"--certificate-identity {own.Subject} --certificate-oidc-issuer {own.Issuer}" + (trustedRoot is null ? "" : $" --trusted-root {PathOf(trustedRoot)}");

    private static string PathOf(string file) => Path.GetRelativePath(Environment.CurrentDirectory, file);
}
