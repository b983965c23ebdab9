using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>
/// Reads a signer's <c>key</c>: PEM text or a file beside the policy, optionally pinned by the SHA-256 of its SubjectPublicKeyInfo, and
/// optionally trusted within a time only.
/// </summary>
internal static partial class PolicyKey
{
    private const string Where = "spec.signers[].key";

    /// <summary>The signer; null, with a problem, where it cannot be used.</summary>
    public static TrustedSigner? Read(YamlNode node, string name, string folder, YamlProblems problems)
    {
        int before = problems.All.Count;
        var fields = new YamlFields(node, Where, problems);
        string? pem = fields.FindText("pem");
        string? file = fields.FindText("file");
        string? fingerprint = fields.FindText("spkiSha256");
        string? rootFile = fields.FindText("trustRoot");
        var start = FindTime(fields, "notBefore");
        var end = FindTime(fields, "notAfter");
        fields.RefuseNotSupportedYet("secretRef", "kms");
        fields.Finish();
        if ((pem is null) == (file is null))
        {
            problems.Add(node, $"{Where} needs either pem or file.");
            return null;
        }

        if (problems.All.Count > before)
        {
            return null;
        }

        var key = ReadKey(node, pem, file is null ? "" : Path.Combine(folder, file), fingerprint, problems);
        if (start is null && end is null)
        {
            if (rootFile is not null)
            {
                problems.Add(node, $"{Where}.trustRoot has no effect without notBefore or notAfter. Remove it, or say when the key is trusted.");
            }

            return key is null ? null : TrustedSigner.OwnerOf(name, key);
        }

        if (start > end)
        {
            problems.Add(node, $"{Where}.notBefore is later than notAfter, so that no signature could count.");
        }

        if (rootFile is null)
        {
            problems.Add(node, $"{Where}.trustRoot is missing: notBefore and notAfter need somebody who is trusted to say when a signature was made.");
            return null;
        }

        var root = PolicyTrustRoot.Read(node, Path.Combine(folder, rootFile), problems);
        return key is null || root is null
            ? null
            : TrustedSigner.OwnerOf(name, key, new SignatureVerifier(root, new SignatureDemands { LogEntry = false }), new KeyWindow(start, end));
    }

    private static VerificationKey? ReadKey(YamlNode node, string? pem, string path, string? fingerprint, YamlProblems problems)
    {
        try
        {
            var key = pem is not null ? VerificationKey.FromPem(pem) : KeyFile.LoadPublicKey(path);
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

    private static DateTimeOffset? FindTime(YamlFields fields, string name)
    {
        switch (fields.Find(name))
        {
            case null:
                return null;

            // Unquoted, YAML 1.1 takes it for a time as well: the same one.
            case YamlScalar scalar when TryParseTime(scalar.Value, out var time):
                return time;
            case var other:
                fields.Problems.Add(other, $"{fields.PathOf(name)} must be a time with its offset (RFC 3339), such as \"2026-07-01T00:00:00Z\".");
                return null;
        }
    }

    private static bool TryParseTime(string text, [NotNullWhen(true)] out DateTimeOffset? time)
    {
        time = Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? parsed : null;
        return time is not null;
    }

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}
