using System.Text;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Access.Declaring;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Tests.Access.Declaring;

public sealed class AccessSectionTests
{
    private const string Full = """
        htpasswd:
          file: users
          groups:
            - {name: admins, users: [carol]}
        issuers:
          - name: cluster
            issuer: https://kubernetes.default.svc
            audiences: [provenance]
            inPod: true
        rules:
          - subjects: [{group: admins}]
            repositories: ["**"]
            caches: ["*"]
            contentStore: true
            rights: [read, write, delete, setKey]
          - subjects: [{issuer: cluster, serviceAccount: team-a/*}]
            repositories: ["team-a/**"]
            rights: [read, write]
          - subjects: [{certificate: "spiffe://x/ns/*/sa/robot"}, {authenticated: true}]
            caches: [shared]
            rights: [read]
        """;

    [Fact]
    public void A_whole_section_is_read()
    {
        var (options, problems) = Read(Full);
        problems.Should().BeEmpty();
        options.PasswordFile.Should().Be("/etc/store/users");
        options.Issuers.Should().ContainSingle().Which.KeysUri.Should().Be(new Uri("https://kubernetes.default.svc/openid/v1/jwks"));
        var control = new AccessPolicy(options.Rules);
        var builder = new AccessIdentity { Kind = IdentityKind.Token, Issuer = "cluster", Name = "system:serviceaccount:team-a:builder" };
        control.Allows(builder, AccessAction.Write, AccessResource.Repository("team-a/app")).Should().BeTrue();
        control.Allows(builder, AccessAction.Delete, AccessResource.Repository("team-a/app")).Should().BeFalse();
        control.Allows(builder, AccessAction.Read, AccessResource.Cache("shared")).Should().BeTrue();
        control.Allows(builder, AccessAction.SetKey, AccessResource.Cache("shared")).Should().BeFalse("reading a cache is no right to poison it");
        control.Allows(builder with { Issuer = "other" }, AccessAction.Write, AccessResource.Repository("team-a/app")).Should().BeFalse();
        control.Allows(AccessIdentity.Anonymous, AccessAction.Read, AccessResource.Cache("shared")).Should().BeFalse();
        var carol = new AccessIdentity { Kind = IdentityKind.User, Name = "carol", Groups = ["admins"] };
        control.Allows(carol, AccessAction.Delete, AccessResource.Repository("any")).Should().BeTrue();
        control.Allows(builder with { Groups = ["admins"] }, AccessAction.Delete, AccessResource.Repository("any")).Should().BeFalse("an issuer's group is not ours");
        options.Challenge.Should().Be(ChallengeKind.Basic);
    }

    [Fact]
    public void Where_something_is_for_everybody_clients_are_sent_for_a_token() => Read("anonymous: read").Options.Challenge.Should().Be(ChallengeKind.Bearer);

    [Theory]
    [InlineData("{}", "allows nobody anything")]
    [InlineData("anonymous: everything", "must be one of none, read, write")]
    [InlineData("anonymous: read\nanonymus: none", "access.anonymus is unknown")]
    [InlineData("rules:\n  - subjects: [{user: a}]\n    rights: [read]", "is about nothing")]
    [InlineData("rules:\n  - subjects: []\n    contentStore: true\n    rights: [read]", "needs an entry")]
    [InlineData("rules:\n  - subjects: [{user: a}]\n    contentStore: true\n    rights: [admin]", "admin is no right")]
    [InlineData("rules:\n  - subjects: [{user: a, everyone: true}]\n    contentStore: true\n    rights: [read]", "must be exactly one of")]
    [InlineData("rules:\n  - subjects: [{subject: a}]\n    contentStore: true\n    rights: [read]", "must be exactly one of")]
    [InlineData("rules:\n  - subjects: [{user: a, issuer: nobody}]\n    contentStore: true\n    rights: [read]", "there is no issuer nobody")]
    [InlineData("rules:\n  - subjects: [{group: nobody}]\n    contentStore: true\n    rights: [read]", "there is no group nobody")]
    [InlineData("rules:\n  - subjects: [{certificate: \"spiffe://x/**\"}]\n    contentStore: true\n    rights: [read]", "is no pattern")]
    [InlineData("rules:\n  - subjects: [{user: a}]\n    repositories: [\"Team-A/**\"]\n    rights: [read]", "covers no name that can exist")]
    [InlineData("rules:\n  - subjects: [{user: a}]\n    repositories: [\"team-a/\"]\n    rights: [read]", "covers no name that can exist")]
    [InlineData("rules:\n  - subjects: [{user: a}]\n    repositories: [\"team-a/../b\"]\n    rights: [read]", "covers no name that can exist")]
    [InlineData("rules:\n  - subjects: [{user: a}]\n    repositories: [\"a/**/b\"]\n    rights: [read]", "covers no name that can exist")]
    [InlineData("issuers:\n  - {name: a, issuer: http://example.com, audiences: [x]}\nanonymous: read", "must be an https://")]
    [InlineData("issuers:\n  - {name: a, issuer: https://example.com, audiences: []}\nanonymous: read", "needs an entry")]
    [InlineData("issuers:\n  - {name: a, issuer: https://example.com, audiences: [x], algorithms: [HS256]}\nanonymous: read", "HS256 is not one of")]
    [InlineData("publicAddress: https://user@example.com\nanonymous: read", "must be an address")]
    public void A_faulty_section_is_refused(string text, string expected) =>
        Read(text).Problems.Should().Contain(p => p.Contains(expected, StringComparison.Ordinal));

    private static (AccessOptions Options, IReadOnlyList<string> Problems) Read(string text)
    {
        var problems = new YamlProblems("store.yaml");
        var root = StrictYaml.Read(Encoding.UTF8.GetBytes(text), problems).Single();
        var options = AccessSection.Read(root, "access", "/etc/store", problems);
        return (options, [.. problems.All.Select(static p => p.Message)]);
    }
}
