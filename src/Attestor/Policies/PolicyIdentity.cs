using System.Text.RegularExpressions;
using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>Reads a signer's <c>keyless</c>: whom the certificate names, who vouched for it, and the trusted root, a file beside the policy.</summary>
internal static partial class PolicyIdentity
{
    private const string Where = "spec.signers[].keyless";

    /// <summary>The signer; null, with a problem, where it cannot be used.</summary>
    public static TrustedSigner? Read(YamlNode node, string name, string folder, YamlProblems problems)
    {
        var fields = new YamlFields(node, Where, problems);
        string? file = fields.GetText("trustRoot");
        string? issuer = fields.GetText("issuer");
        string? subject = fields.FindText("subject");
        string? pattern = fields.FindText("subjectPattern");
        var demands = new SignatureDemands
        {
            LogEntry = !fields.FindFlag("withoutTransparencyLog", otherwise: false),
            CertificateLog = !fields.FindFlag("withoutCertificateLog", otherwise: false),
        };
        fields.RefuseNotSupportedYet("issuerPattern");
        fields.Finish();
        if ((subject is null) == (pattern is null))
        {
            problems.Add(node, $"{Where} needs either subject or subjectPattern.");
            return null;
        }

        var root = file is null ? null : PolicyTrustRoot.Read(node, Path.Combine(folder, file), problems);
        var expected = subject is not null ? TextPattern.Exactly(subject) : ReadPattern(node, pattern!, problems);
        return root is null || expected is null || issuer is null
            ? null
            : TrustedSigner.Named(name, new ExpectedIdentity(expected, TextPattern.Exactly(issuer)), new SignatureVerifier(root, demands));
    }

    private static TextPattern? ReadPattern(YamlNode node, string pattern, YamlProblems problems)
    {
        // Alternatives, options and comments could undo what stands literally at the beginning or the end.
        bool mayUndo = pattern.Contains('|', StringComparison.Ordinal) || pattern.Replace("(?:", "", StringComparison.Ordinal).Contains("(?", StringComparison.Ordinal);
        if (mayUndo || !(LiteralHost().IsMatch(pattern) || LiteralDomain().IsMatch(pattern)))
        {
            problems.Add(node, $"the subjectPattern \"{pattern}\" leaves open whose names it covers. Begin with https:// and the host, or end with @ and the domain, dots written \\., and without | and (?.");
            return null;
        }

        if (TextPattern.TryParse(pattern, out var read, out string? problem))
        {
            return read;
        }

        problems.Add(node, $"the subjectPattern \"{pattern}\" cannot be used: {problem}.");
        return null;
    }

    [GeneratedRegex(@"\A(https?|spiffe)://[a-z0-9-]+(\\\.[a-z0-9-]+)*(:[0-9]+)?/(?![?*{])")]
    private static partial Regex LiteralHost();

    [GeneratedRegex(@"@[a-z0-9-]+(\\\.[a-z0-9-]+)+\z")]
    private static partial Regex LiteralDomain();
}
