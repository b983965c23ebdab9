using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Policies;

/// <summary>Reads a signer's <c>key</c>: PEM text or a file beside the policy, optionally pinned by the SHA-256 of its SubjectPublicKeyInfo.</summary>
internal static class PolicyKey
{
    /// <summary>The key; null, with a problem, where it cannot be used.</summary>
    public static VerificationKey? Read(YamlNode node, string folder, YamlProblems problems)
    {
        var fields = new YamlFields(node, "spec.signers[].key", problems);
        string? pem = fields.FindText("pem");
        string? file = fields.FindText("file");
        string? fingerprint = fields.FindText("spkiSha256");
        fields.RefuseNotSupportedYet("secretRef", "kms");
        fields.Finish();
        if ((pem is null) == (file is null))
        {
            problems.Add(node, "spec.signers[].key needs either pem or file.");
            return null;
        }

        try
        {
            var key = pem is not null ? VerificationKey.FromPem(pem) : KeyFile.LoadPublicKey(Path.Combine(folder, file!));
            if (fingerprint is not null && fingerprint != key.Fingerprint)
            {
                problems.Add(node, $"the key has the fingerprint {key.Fingerprint}, not the one that spkiSha256 says.");
            }

            return key;
        }
        catch (KeyException e)
        {
            problems.Add(node, $"the key cannot be used: {e.Message}");
            return null;
        }
    }
}
