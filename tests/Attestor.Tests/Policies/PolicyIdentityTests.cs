using System.Text;
using Provenance.Attestor.Policies;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Attestor.Tests.Verifying.Bundles;
using Provenance.Attestor.Verifying;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Policies;

public sealed class PolicyIdentityTests : IDisposable
{
    private const string Exact = "subject: \"" + PrivateSigstore.Identity + "\"";

    private readonly PrivateSigstore sigstore = new();
    private readonly TemporaryFolder folder = new();

    public PolicyIdentityTests() => File.WriteAllText(folder["root.json"], sigstore.TrustedRootJson().ToJsonString());

    [Theory]
    [InlineData(Exact, PrivateSigstore.Issuer, VerdictCodes.Verified)]
    [InlineData("subjectPattern: \"https://ci\\\\.example\\\\.com/org/[a-z]+/.*\"", PrivateSigstore.Issuer, VerdictCodes.Verified)]
    [InlineData("subjectPattern: \"https://ci\\\\.example\\\\.com/other/.*\"", PrivateSigstore.Issuer, VerdictCodes.Identity)]
    [InlineData(Exact, "https://evil.example", VerdictCodes.Identity)]
    public async Task A_policy_trusts_the_identity_that_it_names_and_no_other(string subject, string issuer, string code)
    {
        var verdict = await Forgery.VerifyAsync(new VerifyArtifact
        {
            Subject = Forgery.Subject,
            ArtifactName = "registry.example.com/release/app",
            Evidence = [new OfferedEvidence("bundle", Encoding.UTF8.GetBytes(sigstore.Sign(Forgery.Statement()).ToJsonString()))],
            Policies = Load($"{{trustRoot: root.json, issuer: \"{issuer}\", {subject}}}"),
        });

        verdict.Code.Should().Be(code, verdict.Message);
    }

    [Theory]
    [InlineData("{trustRoot: none.json, issuer: i, subject: s}", "trusted root cannot be used")]
    [InlineData("{trustRoot: root.json, subject: s}", "issuer is missing")]
    [InlineData("{trustRoot: root.json, issuer: i}", "either subject or subjectPattern")]
    [InlineData("{trustRoot: root.json, issuer: i, subject: s, subjectPattern: p}", "either subject or subjectPattern")]
    [InlineData("{trustRoot: root.json, issuer: i, subjectPattern: \".*\"}", "leaves open")]
    [InlineData("{trustRoot: root.json, issuer: i, subjectPattern: \"https://.*/org\"}", "leaves open")]
    [InlineData("{trustRoot: root.json, issuer: i, subjectPattern: \"https://ci.example.com/.*\"}", "leaves open")]
    [InlineData("{trustRoot: root.json, issuer: i, subjectPattern: \"https://ci\\\\.example\\\\.com/?.*\"}", "leaves open")]
    [InlineData("{trustRoot: root.json, issuer: i, subjectPattern: \"https://ci\\\\.example\\\\.com/a|.*\"}", "leaves open")]
    [InlineData("{trustRoot: root.json, issuer: i, subjectPattern: \"(?x).*#@example\\\\.com\"}", "leaves open")]
    [InlineData("{trustRoot: root.json, issuer: i, subjectPattern: \"https://ci\\\\.example\\\\.com/(\"}", "cannot be used")]
    [InlineData("{trustRoot: root.json, issuer: i, subject: s, issuerPattern: p}", "not supported yet")]
    public void A_policy_that_leaves_open_whom_it_trusts_is_refused(string keyless, string problem) =>
        FluentActions.Invoking(() => Load(keyless)).Should().Throw<PolicyException>().Which.Message.Should().Contain(problem);

    public void Dispose() => folder.Dispose();

    private IReadOnlyList<VerificationPolicy> Load(string keyless)
    {
        File.WriteAllText(folder["policy.yaml"], $$"""
            apiVersion: provenance.dev/v1alpha1
            kind: VerificationPolicy
            metadata:
              name: keyless
            spec:
              match:
                images:
                  - glob: "registry.example.com/release/**"
              signers:
                - name: builder
                  use: [provenance]
                  keyless: {{keyless}}
              builders:
                - id: "{{Forgery.BuilderId}}"
                  signers: [builder]
                  maxLevel: 2
                  buildTypes: ["{{Forgery.BuildType}}"]
              require:
                - name: provenance
                  predicateTypes: ["https://slsa.dev/provenance/v1"]
                  signers: [builder]
                  provenance:
                    minLevel: 2
            """);
        return PolicyFile.Load([folder["policy.yaml"]]);
    }
}
