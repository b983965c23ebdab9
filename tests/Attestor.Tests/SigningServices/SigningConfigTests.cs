using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.SigningServices;
using static Provenance.Attestor.Tests.SigningServices.SigningConfigText;

namespace Provenance.Attestor.Tests.SigningServices;

public sealed class SigningConfigTests
{
    [Fact]
    public void Parse_reads_the_config_of_the_public_instance()
    {
        var config = SigningConfig.Parse(PublicGood());

        config.CertificateAuthorities.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Uri = new Uri("https://fulcio.sigstore.dev"), MajorApiVersion = 1, Operator = "sigstore.dev" });
        config.TokenIssuers.Should().ContainSingle().Which.Uri.Should().Be(new Uri("https://oauth2.sigstore.dev/auth"));
        config.Logs.Should().ContainSingle().Which.ValidFor.Start.Should().Be(new DateTimeOffset(2021, 1, 12, 11, 53, 27, TimeSpan.Zero));
        config.TimestampAuthorities.Should().ContainSingle().Which.Uri.AbsolutePath.Should().Be("/api/v1/timestamp");
        config.LogCount.Should().Be(new ServiceCount(ServiceSelector.Any, 0));
        config.TimestampCount.Should().Be(new ServiceCount(ServiceSelector.Any, 0));
    }

    [Fact]
    public void Parse_reads_a_config_without_any_service()
    {
        var config = SigningConfig.Parse("""{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogConfig":{},"tsaConfig":{}}"""u8.ToArray());

        config.Logs.Should().BeEmpty();
        config.LogCount.Selector.Should().Be(ServiceSelector.Undefined);
    }

    [Fact]
    public void Parse_reads_numbers_as_protojson_writes_them()
    {
        var config = Parse(json =>
        {
            json["rekorTlogUrls"]![0]!["majorApiVersion"] = "2";
            json["rekorTlogConfig"] = new JsonObject { ["selector"] = "EXACT", ["count"] = "2" };
            json["tsaConfig"] = new JsonObject { ["selector"] = "ALL", ["count"] = 7 };
        });

        config.Logs[0].MajorApiVersion.Should().Be(2);
        config.LogCount.Should().Be(new ServiceCount(ServiceSelector.Exact, 2));
        config.TimestampCount.Should().Be(new ServiceCount(ServiceSelector.All, 0));
    }

    [Fact]
    public void Parse_refuses_version_0_1_and_says_what_to_do()
    {
        var old = """{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.1+json","caUrl":"https://fulcio.sigstore.dev","tlogUrls":["https://rekor.sigstore.dev"]}"""u8.ToArray();

        FluentActions.Invoking(() => SigningConfig.Parse(old)).Should().Throw<SigningConfigException>().WithMessage("*version 0.1*cosign signing-config create*");
    }

    [Fact]
    public void Parse_refuses_what_is_malformed_and_names_it()
    {
        Refused(json => json.Remove("mediaType")).Should().Contain("mediaType");
        Refused(json => json["mediaType"] = "application/vnd.dev.sigstore.signingconfig.v0.3+json").Should().Contain("v0.3");
        Refused(json => json["extra"] = 1).Should().Contain("extra");
        Refused(json => json["caUrls"] = "https://fulcio.sigstore.dev").Should().Contain("caUrls");
        Refused(json => json["caUrls"]![0] = "https://fulcio.sigstore.dev").Should().Contain("caUrls[0]");
        Refused(json => json["caUrls"]![0]!["extra"] = 1).Should().Contain("extra");
        Refused(json => json["caUrls"]![0]!.AsObject().Remove("majorApiVersion")).Should().Contain("caUrls[0]").And.Contain("majorApiVersion");
        Refused(json => json["caUrls"]![0]!["majorApiVersion"] = 0).Should().Contain("majorApiVersion");
        Refused(json => json["caUrls"]![0]!["majorApiVersion"] = 1.5).Should().Contain("majorApiVersion");
        Refused(json => json["caUrls"]![0]!["majorApiVersion"] = 4294967296).Should().Contain("majorApiVersion");
        Refused(json => json["rekorTlogUrls"]![1]!.AsObject().Remove("validFor")).Should().Contain("rekorTlogUrls[1]").And.Contain("validFor");
        Refused(json => json["tsaUrls"]![0]!["validFor"]!.AsObject().Remove("start")).Should().Contain("tsaUrls[0]").And.Contain("start");
        Refused(json => json["tsaUrls"]![0]!["validFor"]!["end"] = "2020-01-01T00:00:00Z").Should().Contain("ends before it starts");
        Refused(json => json["tsaUrls"]![0]!["validFor"]!["start"] = "yesterday").Should().Contain("yesterday");
        Refused(json => json["tsaConfig"]!["selector"] = "SOME").Should().Contain("tsaConfig").And.Contain("SOME");
        Refused(json => json["tsaConfig"]!["selector"] = 2).Should().Contain("selector");
        Refused(json => json["tsaConfig"] = new JsonObject { ["selector"] = "EXACT" }).Should().Contain("exactly 0");
        Refused(json => json["tsaConfig"] = new JsonObject { ["selector"] = "EXACT", ["count"] = 65 }).Should().Contain("exactly 65");
        Refused(json => json["tsaConfig"] = new JsonObject { ["selector"] = "EXACT", ["count"] = -1 }).Should().Contain("count");
        Refused(json => json["caUrls"] = new JsonArray([.. Enumerable.Range(0, 65).Select(_ => json["caUrls"]![0]!.DeepClone())])).Should().Contain("65 caUrls");
    }

    [Theory]
    [InlineData("fulcio.sigstore.dev")]
    [InlineData("/api")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://fulcio.sigstore.dev")]
    [InlineData("https://user:hunter2@fulcio.sigstore.dev")]
    [InlineData("https://fulcio.sigstore.dev/?tenant=1")]
    [InlineData("https://fulcio.sigstore.dev/#top")]
    [InlineData("")]
    public void Parse_refuses_an_address_that_is_none(string address) =>
        Refused(json => json["caUrls"]![0]!["url"] = address).Should().Contain("caUrls[0]").And.Contain("no http URL");

    [Fact]
    public void Parse_refuses_duplicate_names_and_too_much()
    {
        string text = Encoding.UTF8.GetString(PublicGood()).Replace("\"operator\"", "\"url\"", StringComparison.Ordinal);

        FluentActions.Invoking(() => SigningConfig.Parse(Encoding.UTF8.GetBytes(text))).Should().Throw<SigningConfigException>().WithMessage("*twice*");
        FluentActions.Invoking(() => SigningConfig.Parse(new byte[SigningConfig.MaximumSize + 1])).Should().Throw<SigningConfigException>().WithMessage("*at most*");
    }

    [Fact]
    public void Parse_of_anything_ends_in_a_config_or_its_own_exception()
    {
        string genuine = Encoding.UTF8.GetString(PublicGood());
        var spliced =
            from start in Gen.Choose(0, genuine.Length)
            from length in Gen.Choose(0, 60)
            from piece in Gen.Elements("", "{", "}", "[", "null", "1e999", "\"", "\\ud800", "{}", "[]", "true", ",", ":", "-1", "\"\"")
            select genuine[..start] + piece + genuine[Math.Min(start + length, genuine.Length)..];

        Prop.ForAll(spliced.ToArbitrary(), text =>
        {
            try
            {
                return SigningConfig.Parse(Encoding.UTF8.GetBytes(text)) is not null;
            }
            catch (SigningConfigException)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();
    }
}
