using System.Security.Cryptography;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>A case of sigstore-conformance: a folder with a bundle and what to verify it with.</summary>
internal sealed class ConformanceCase(string name)
{
    public const string Root = "sigstore-conformance";

    private const string DefaultIdentity =
        "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

    private const string DefaultIssuer = "https://token.actions.githubusercontent.com";

    public byte[] Bundle => Vectors.Bytes($"{Root}/{name}/bundle.sigstore.json");

    public byte[] TrustedRootJson => Vectors.Bytes(Has("trusted_root.json") ? $"{Root}/{name}/trusted_root.json" : $"{Root}/public-good.trusted_root.json");

    public static IEnumerable<string> Names => Directory.EnumerateDirectories(Vectors.PathOf(Root)).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    /// <summary>The code of the verdict, with the artifact given as a file or by its SHA-256 digest alone.</summary>
    public string Verify(bool asDigest) => Verify(Bundle, asDigest);

    public string Verify(byte[] bundle, bool asDigest = false, byte[]? trustedRoot = null)
    {
        byte[] artifact = Vectors.Bytes(Has("artifact") ? $"{Root}/{name}/artifact" : $"{Root}/a.txt");
        try
        {
            return MakeVerifier(trustedRoot ?? TrustedRootJson).Verify(bundle, algorithm => !asDigest || algorithm == HashAlgorithmName.SHA256 ? CryptographicOperations.HashData(algorithm, artifact) : null).Code;
        }
        catch (TrustedRootException)
        {
            return VerdictCodes.TrustRootInvalid;
        }
        catch (KeyException e)
        {
            return e.Code;
        }
    }

    private BundleVerifier MakeVerifier(byte[] trustedRoot)
    {
        var root = TrustedRoot.Parse(trustedRoot);
        var signer = Has("key.pub")
            ? BundleSigner.OwnerOf(SignatureKey.FromPem(Vectors.Text($"{Root}/{name}/key.pub")))
            : BundleSigner.Named(new ExpectedIdentity(TextPattern.Exactly(TextOr("identity", DefaultIdentity)), TextPattern.Exactly(TextOr("issuer", DefaultIssuer))));
        return new BundleVerifier(new SignatureVerifier(root, SignatureDemands.All), signer);
    }

    private string TextOr(string file, string otherwise) => Has(file) ? Vectors.Text($"{Root}/{name}/{file}").Trim() : otherwise;

    private bool Has(string file) => File.Exists(Vectors.PathOf($"{Root}/{name}/{file}"));
}
