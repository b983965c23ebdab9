using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Attestor.Tests.Verifying.Bundles;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Tests.Trust;

public sealed class TrustedRootTests
{
    private static readonly PrivateSigstore Sigstore = new();

    [Fact]
    public void Parse_reads_the_public_instance_with_its_closed_windows()
    {
        var root = TrustedRoot.ReadPublicGood();

        root.Logs.Select(static log => log.Key.Algorithm).Should().Equal("ECDSA P-256", "Ed25519");
        root.CertificateAuthorities.Should().HaveCount(2);
        root.TimestampAuthorities.Should().ContainSingle().Which.ChainLength.Should().Be(2);
        var window = root.CertificateLogs[0].ValidFor;
        window.Contains(window.Start).Should().BeTrue();
        window.Contains(window.End!.Value).Should().BeTrue();
        window.Contains(window.End.Value.AddTicks(1)).Should().BeFalse();
    }

    [Fact]
    public void Parse_reads_version_0_2_with_operators_and_ids_for_checkpoints()
    {
        var root = Parse(json =>
        {
            json["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v0.2+json";
            var log = json.At("tlogs", 0).AsObject();
            log["operator"] = "example.com";
            log["checkpointKeyId"] = new JsonObject { ["keyId"] = "AQIDBA==" };
        });

        root.Logs[0].KeyHint.ToArray().Should().Equal(1, 2, 3, 4);
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.1234567Z")]
    [InlineData("2026-01-31T12:00:00.12345678Z", "2026-01-31T12:00:00.1234567Z")]
    [InlineData("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.5Z")]
    public void Parse_reads_times_in_nanoseconds_as_Go_writes_them(string written, string expected) =>
        Parse(json => json.At("tlogs", 0, "publicKey", "validFor")["start"] = written).Logs[0].ValidFor.Start
            .Should().Be(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-01-31T12:00:00.1234567890Z")]
    [InlineData("2026-01-31T12:00:00.12345678xZ")]
    [InlineData("2026-01-31T12:00:00.12345678+01:00Z")]
    [InlineData("2026-01-31T12:00:00.123456789+01:00")]
    public void Parse_refuses_times_of_other_forms(string written) =>
        Refused(json => json.At("tlogs", 0, "publicKey", "validFor")["start"] = written).Should().Contain("is not of the form");

    [Fact]
    public void Parse_refuses_what_is_malformed_and_names_it()
    {
        Refused(json => json.At("tlogs", 0, "publicKey", "validFor").AsObject().Remove("start")).Should().Contain("tlogs[0]").And.Contain("start");
        Refused(json => json.At("tlogs", 0, "publicKey").AsObject().Remove("validFor")).Should().Contain("validFor");
        Refused(json => json.At("certificateAuthorities", 0, "validFor").AsObject().Remove("start")).Should().Contain("start");
        Refused(json => json.At("tlogs", 0, "publicKey", "validFor")["end"] = "2025-01-01T00:00:00Z").Should().Contain("ends before it starts");
        Refused(json => json.At("tlogs", 0, "publicKey", "validFor")["start"] = "2026-01-01").Should().Contain("2026-01-01");
        Refused(json => json.At("tlogs", 0, "publicKey")["keyDetails"] = "PKIX_ED25519").Should().Contain("keyDetails");
        Refused(json => json.At("tlogs", 0, "publicKey")["rawBytes"] = "AAAA").Should().Contain("key");
        Refused(json => json.At("tlogs", 0)["hashAlgorithm"] = "SHA1").Should().Contain("SHA1");
        Refused(json => json.At("tlogs", 0, "logId")["keyId"] = "AAAA").Should().Contain("id");
        Refused(json => json.At("tlogs").AsArray().Add(json.At("tlogs", 0).DeepClone())).Should().Contain("same id");
        Refused(json => json["mediaType"] = "application/vnd.dev.sigstore.trustedroot+json;version=0.9").Should().Contain("0.9");
        Refused(json => json["extra"] = 1).Should().Contain("extra");
    }

    [Fact]
    public void Parse_refuses_authorities_whose_chain_does_not_hold()
    {
        string foreign = Convert.ToBase64String(new PrivateSigstore().RootCertificate);
        string leaf = Convert.ToBase64String(Sigstore.Issue(new LeafOptions()));

        Refused(json => json.At("certificateAuthorities", 0, "certChain", "certificates").AsArray().Add(new JsonObject { ["rawBytes"] = foreign })).Should().Contain("was not signed by");
        Refused(json => json.At("certificateAuthorities", 0, "certChain", "certificates", 0)["rawBytes"] = leaf).Should().Contain("may not sign certificates");
        Refused(json => json.At("certificateAuthorities", 0, "certChain")["certificates"] = new JsonArray()).Should().Contain("no certificate");
        Refused(json => json["timestampAuthorities"] = json.At("certificateAuthorities").DeepClone()).Should().Contain("time stamping");
    }

    private static string Refused(Action<JsonObject> change) => FluentActions.Invoking(() => Parse(change)).Should().Throw<TrustedRootException>().Which.Message;

    private static TrustedRoot Parse(Action<JsonObject> change)
    {
        var json = Sigstore.TrustedRootJson();
        change(json);
        return TrustedRoot.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }
}
