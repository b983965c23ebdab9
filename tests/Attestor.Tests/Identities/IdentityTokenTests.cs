using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Signing;
using static Provenance.Attestor.Tests.Identities.Tokens;

namespace Provenance.Attestor.Tests.Identities;

public sealed class IdentityTokenTests
{
    [Fact]
    public void Read_takes_the_claims_of_a_workload()
    {
        string raw = Token();

        var token = Read($" {raw}\n");

        token.Should().BeEquivalentTo(new
        {
            Issuer = "https://issuer.example",
            Subject = "system:serviceaccount:builds:signer",
            Audiences = new[] { "sigstore" },
            ExpiresAt = Now.AddMinutes(10),
            Email = (string?)null,
            SubjectToProve = "system:serviceaccount:builds:signer",
        });
        token.Raw.Should().Be(raw);
        token.ToString().Should().Be("system:serviceaccount:builds:signer (https://issuer.example)");
    }

    [Fact]
    public void Read_proves_the_address_of_a_token_with_one()
    {
        Read(Token(claims => (claims["email"], claims["email_verified"]) = ("alice@example.com", true))).SubjectToProve.Should().Be("alice@example.com");
        Read(Token(claims => (claims["email"], claims["email_verified"]) = ("alice@example.com", "true"))).SubjectToProve.Should().Be("alice@example.com");
        Read(Token(claims => claims["email"] = "")).SubjectToProve.Should().Be("system:serviceaccount:builds:signer");
    }

    [Fact]
    public void Read_takes_one_audience_or_several_and_times_with_fractions()
    {
        Read(Token(claims => claims["aud"] = "sigstore")).Audiences.Should().Equal("sigstore");
        Read(Token(claims => claims["aud"] = new JsonArray("other", "sigstore"))).Audiences.Should().Equal("other", "sigstore");
        Read(Token(claims => claims["exp"] = Now.ToUnixTimeSeconds() + 60.5)).ExpiresAt.Should().Be(Now.AddMinutes(1));
    }

    [Fact]
    public void Read_refuses_a_token_that_expired_and_says_when()
    {
        Refused(Token(claims => claims["exp"] = Now.ToUnixTimeSeconds())).Should()
            .Be("The identity token from the test expired at 2026-11-20T12:00:00Z, and it is 2026-11-20T12:00:00Z. Provide a new one, or set the clock.");
        Read(Token(claims => claims["exp"] = Now.ToUnixTimeSeconds() + 1)).ExpiresAt.Should().BeAfter(Now);
    }

    [Theory]
    [InlineData("""["https://kubernetes.default.svc"]""", "\"https://kubernetes.default.svc\"")]
    [InlineData("\"Sigstore\"", "\"Sigstore\"")]
    [InlineData("\"sigstore \"", "\"sigstore \"")]
    [InlineData("[]", "nobody")]
    [InlineData("""["a","b","c","d"]""", "\"a\", \"b\", \"c\"")]
    public void Read_refuses_a_token_for_somebody_else(string audience, string named) =>
        Refused(Token(claims => claims["aud"] = JsonNode.Parse(audience))).Should().Contain($"is for {named}, not for \"sigstore\"");

    [Fact]
    public void Read_refuses_what_is_no_token()
    {
        string token = Token();
        string[] parts = token.Split('.');
        Refused("").Should().Contain("is empty");
        Refused(" \n").Should().Contain("is empty");
        Refused(parts[0] + "." + parts[1]).Should().Contain("three parts");
        Refused(token + ".x").Should().Contain("three parts");
        Refused($"{parts[0]}..{parts[2]}").Should().Contain("not valid JSON");
        Refused($".{parts[1]}.{parts[2]}").Should().Contain("three parts");
        Refused($"{parts[0]}.{parts[1]}.").Should().Contain("three parts", "unsigned tokens prove nothing");
        Refused($"{parts[0]}.{parts[1]}=.{parts[2]}").Should().Contain("three parts");
        Refused($"{parts[0]}.{parts[1].Insert(8, "\n")}.{parts[2]}").Should().Contain("three parts");
        Refused($"{parts[0]}.{parts[1].Insert(8, "+")}.{parts[2]}").Should().Contain("three parts");
        Refused($"{parts[0]}.e31.{parts[2]}").Should().Contain("three parts", "readers differ about unused bits");
        Refused("Bearer " + token).Should().Contain("three parts");
        Refused(new string('a', IdentityToken.MaximumSize + 1)).Should().Contain($"{IdentityToken.MaximumSize}");
    }

    [Fact]
    public void Read_refuses_claims_that_readers_would_take_differently()
    {
        Refused(Token(claims => claims.Remove("iss"))).Should().Contain("iss");
        Refused(Token(claims => claims["iss"] = "")).Should().Contain("iss");
        Refused(Token(claims => claims["sub"] = 7)).Should().Contain("sub");
        Refused(Token(claims => claims.Remove("sub"))).Should().Contain("sub");
        Refused(Token(claims => claims.Remove("exp"))).Should().Contain("exp");
        Refused(Token(claims => claims["exp"] = "2000000000")).Should().Contain("exp");
        Refused(Token(claims => claims["exp"] = -1)).Should().Contain("exp");
        Refused(Token(claims => claims["exp"] = 1e300)).Should().Contain("exp");
        Refused(Token(claims => claims.Remove("aud"))).Should().Contain("nobody");
        Refused(Token(claims => claims["aud"] = new JsonArray("sigstore", 7))).Should().Contain("aud");
        Refused(Token(claims => claims["email"] = "alice@example.com")).Should().Contain("not verified");
        Refused(Token(claims => (claims["email"], claims["email_verified"]) = ("alice@example.com", "false"))).Should().Contain("not verified");
        Refused(Token(claims => (claims["email"], claims["email_verified"]) = ("alice@example.com", 1))).Should().Contain("not verified");
        Refused(TokenOf($$"""{"iss":"a","iss":"b","canary":"{{Canary}}"}""")).Should().Contain("twice");
        Refused(TokenOf($"[\"{Canary}\"]")).Should().Contain("not an object");
        Refused(TokenOf(Canary)).Should().Contain("not valid JSON");
        Refused(TokenOf($"{{\"iss\":\"\\ud800\",\"x\":\"{Canary}\"}}")).Should().Contain("not valid JSON");
    }

    [Fact]
    public void Read_of_anything_ends_in_a_token_or_a_fault_without_it()
    {
        string genuine = Token();
        var spliced =
            from start in Gen.Choose(0, genuine.Length)
            from length in Gen.Choose(0, 40)
            from piece in Gen.Elements("", ".", "..", "=", "eyJ", " ", "\0", "\ud800", "e30", "-_-")
            select genuine[..start] + piece + genuine[Math.Min(start + length, genuine.Length)..];

        Prop.ForAll(spliced.ToArbitrary(), text =>
        {
            try
            {
                Read(text).Raw.Should().Be(text.Trim());
            }
            catch (SigningServiceException fault)
            {
                fault.ShouldHideTheToken(genuine);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static IdentityToken Read(string text) => IdentityToken.Read(text, "the test", "sigstore", Now);

    private static string Refused(string text) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<SigningServiceException>().Which.ShouldHideTheToken(text);
}
