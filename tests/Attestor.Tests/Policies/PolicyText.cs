using System.Text;
using Provenance.Attestor.Policies;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Tests.Verifying;

namespace Provenance.Attestor.Tests.Policies;

/// <summary>A valid policy, and one small change at a time.</summary>
internal static class PolicyText
{
    public static string Valid { get; } = $$"""
        apiVersion: provenance.dev/v1alpha1
        kind: VerificationPolicy
        metadata:
          name: release
        spec:
          mode: enforce
          match:
            images:
              - glob: "registry.example.com/release/**"
            exclude:
              - glob: "registry.example.com/release/sandbox/*"
          signers:
            - name: builder-key
              use: [provenance]
              key:
                pem: |
        {{Indented(Forgery.Signer.PublicKey)}}
                spkiSha256: "{{Forgery.Signer.PublicKey.Fingerprint}}"
            - name: other-key
              use: [provenance]
              key:
                pem: |
        {{Indented(Forgery.Stranger.PublicKey)}}
          builders:
            - id: "{{Forgery.BuilderId}}"
              signers: [builder-key]
              maxLevel: 2
              buildTypes: ["{{Forgery.BuildType}}"]
            - id: "https://ci.example.com/provenance/other-cluster"
              signers: [other-key]
              maxLevel: 2
              buildTypes: ["{{Forgery.BuildType}}"]
          require:
            - name: provenance
              predicateTypes: ["https://slsa.dev/provenance/v1"]
              signers: [builder-key, other-key]
              provenance:
                minLevel: 2
                source:
                  repository: "https://git.example.com/org/app"
                  refs: ["refs/heads/main", "refs/tags/v*"]
                parameters:
                  required:
                    "/parameters/image": {pattern: "registry\\.example\\.com/release/[a-z]+"}
                    "/parameters/target": {equals: "release"}
                  allowed:
                    "/parameters/verbose": {oneOf: ["true", false, 3]}
                    "/parameters/labels": {any: true}
                  ignored: ["/definition/**", "/settings/serviceAccount"]

        """;

    /// <summary>The valid policy with one text replaced, which has to be there.</summary>
    public static string With(string old, string replacement)
    {
        Valid.Should().Contain(old, "the change must change something");
        return Valid.Replace(old, replacement, StringComparison.Ordinal);
    }

    public static VerificationPolicy Load(string? text = null) => LoadAll(text).Single();

    public static IReadOnlyList<VerificationPolicy> LoadAll(string? text = null) => PolicyFile.Parse(Encoding.UTF8.GetBytes(text ?? Valid), "policy.yaml", ".");

    private static string Indented(VerificationKey key) =>
        string.Join('\n', key.ToPem().TrimEnd().Split('\n').Select(static line => "            " + line));
}
