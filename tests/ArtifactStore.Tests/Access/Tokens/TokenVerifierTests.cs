using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Access.Tokens;
using Provenance.Testing;
using Provenance.Testing.Tokens;

namespace Provenance.ArtifactStore.Tests.Access.Tokens;

/// <summary>What is believed, and every way in which a token has been forged before.</summary>
public sealed class TokenVerifierTests : IDisposable
{
    private readonly ManualTime time = new();
    private readonly TestIssuer issuer = new();
    private readonly TestIssuer other = new("https://issuer.example/other");
    private readonly CountingKeys keys;
    private readonly TokenVerifier verifier;

    public TokenVerifierTests()
    {
        keys = new CountingKeys(issuer);
        verifier = new TokenVerifier([(Trusted(issuer), keys), (Trusted(other) with { Name = "other", Algorithms = ["ES256"] }, new CountingKeys(other))], time);
    }

    private DateTimeOffset Now => time.GetUtcNow();

    public void Dispose()
    {
        issuer.Dispose();
        other.Dispose();
    }

    [Theory]
    [InlineData("RS256", "rsa")]
    [InlineData("RS384", "rsa")]
    [InlineData("PS256", "rsa")]
    [InlineData("ES256", "ec")]
    [InlineData("ES256", null)]
    public async Task A_signed_token_is_believed(string algorithm, string? keyId)
    {
        var claims = Claims(c => c["groups"] = new JsonArray("ci", "dev"));
        var (outcome, token) = await verifier.VerifyAsync(issuer.Sign(claims, algorithm, keyId), CancellationToken.None);
        outcome.Should().Be(TokenOutcome.Valid);
        token.Should().BeEquivalentTo(new { Issuer = "test", Subject = "alice", Groups = new[] { "ci", "dev" } });
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("nOnE")]
    [InlineData("")]
    public async Task A_token_without_a_signature_is_refused(string algorithm)
    {
        string unsigned = TestIssuer.Unsigned(Claims(), algorithm, "rsa");
        await Refused($"{unsigned}.", TokenOutcome.Malformed);
        await Refused($"{unsigned}.AAAA", TokenOutcome.WrongAlgorithm);
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS512")]
    public async Task The_public_key_is_never_taken_for_a_shared_secret(string algorithm)
    {
        string unsigned = TestIssuer.Unsigned(Claims(), algorithm, "rsa");
        byte[] sum = HMACSHA256.HashData(Encoding.UTF8.GetBytes(issuer.RsaPem), Encoding.ASCII.GetBytes(unsigned));
        await Refused($"{unsigned}.{System.Buffers.Text.Base64Url.EncodeToString(sum)}", TokenOutcome.WrongAlgorithm);
    }

    [Fact]
    public async Task A_key_is_used_only_in_its_own_way()
    {
        await Refused(issuer.Sign(Claims(), "ES256", "rsa"), TokenOutcome.UnknownKey);
        await Refused(issuer.Sign(Claims(), "RS256", "ec"), TokenOutcome.UnknownKey);
        string token = issuer.Sign(Claims(), "RS256");
        await Refused(TestIssuer.Unsigned(Claims(), "PS256", "rsa") + token[token.LastIndexOf('.')..], TokenOutcome.WrongSignature);
    }

    [Fact]
    public async Task An_issuer_that_promised_one_algorithm_is_held_to_it()
    {
        var claims = other.Claims(Now);
        (await verifier.VerifyAsync(other.Sign(claims, "ES256", "ec"), CancellationToken.None)).Outcome.Should().Be(TokenOutcome.Valid);
        await Refused(other.Sign(claims), TokenOutcome.WrongAlgorithm);
    }

    [Fact]
    public async Task One_issuer_cannot_sign_for_another()
    {
        await Refused(other.Sign(issuer.Claims(Now)), TokenOutcome.WrongSignature);
        await Refused(other.Sign(issuer.Claims(Now), "ES256", "ec"), TokenOutcome.WrongSignature);
    }

    [Theory]
    [InlineData("https://issuer.example/")]
    [InlineData("https://issuer.example.evil.test")]
    [InlineData("https://issuer.example@evil.test")]
    [InlineData("https://issuer.exampl")]
    [InlineData("HTTPS://issuer.example")]
    [InlineData("")]
    public async Task A_name_like_that_of_the_issuer_is_not_its_name(string name) => await Refused(issuer.Sign(Claims(c => c["iss"] = name)), TokenOutcome.UnknownIssuer);

    [Fact]
    public async Task Only_what_is_meant_for_us_is_believed()
    {
        await Refused(issuer.Sign(Claims(c => c["aud"] = "provenance2")), TokenOutcome.WrongAudience);
        await Refused(issuer.Sign(Claims(c => c["aud"] = new JsonArray("a", "b"))), TokenOutcome.WrongAudience);
        await Refused(issuer.Sign(Claims(c => c["aud"] = new JsonArray())), TokenOutcome.WrongAudience);
        await Refused(issuer.Sign(Claims(c => c["aud"] = new JsonObject { ["provenance"] = true })), TokenOutcome.WrongAudience);
        await Refused(issuer.Sign(Claims(c => c.Remove("aud"))), TokenOutcome.WrongAudience);
        await Believed(issuer.Sign(Claims(c => c["aud"] = new JsonArray("a", "provenance"))));
    }

    [Fact]
    public async Task Times_are_kept_to_the_leeway()
    {
        long now = Now.ToUnixTimeSeconds();
        await Believed(issuer.Sign(Claims(c => c["exp"] = now - 29)));
        await Refused(issuer.Sign(Claims(c => c["exp"] = now - 30)), TokenOutcome.Expired);
        await Refused(issuer.Sign(Claims(c => c.Remove("exp"))), TokenOutcome.Expired);
        await Believed(issuer.Sign(Claims(c => c["nbf"] = now + 30)));
        await Refused(issuer.Sign(Claims(c => c["nbf"] = now + 31)), TokenOutcome.Early);
        await Refused(issuer.Sign(Claims(c => c["iat"] = now + 31)), TokenOutcome.Early);
        await Refused(issuer.Sign(Claims(c => c["exp"] = "2099-01-01")), TokenOutcome.Malformed);
        await Refused(issuer.Sign(Claims(c => c["exp"] = 1e300)), TokenOutcome.Malformed);
        await Refused(issuer.Sign(Claims(c => c["exp"] = -1)), TokenOutcome.Malformed);
    }

    [Fact]
    public async Task What_was_believed_once_is_not_believed_after_its_end()
    {
        string token = issuer.Sign(Claims(c => c["exp"] = Now.ToUnixTimeSeconds() + 5));
        await Believed(token);
        time.Advance(TimeSpan.FromSeconds(34));
        await Believed(token);
        time.Advance(TimeSpan.FromSeconds(1));
        await Refused(token, TokenOutcome.Expired);
    }

    [Fact]
    public async Task The_header_chooses_no_key_source()
    {
        using var evil = new TestIssuer(issuer.Name);
        await Refused(evil.Sign(Claims(), header: h => h["jwk"] = evil.Keys["keys"]![0]!.DeepClone()), TokenOutcome.WrongSignature);
        await Refused(evil.Sign(Claims(), header: h => h["jku"] = "http://127.0.0.1:1/keys"), TokenOutcome.WrongSignature);
        await Refused(evil.Sign(Claims(), keyId: "../../etc/passwd"), TokenOutcome.UnknownKey);
        await Refused(evil.Sign(Claims(), keyId: "' OR 1=1 --"), TokenOutcome.UnknownKey);
        await Refused(evil.Sign(Claims(), keyId: new string('k', 513)), TokenOutcome.Malformed);
        await Refused(evil.Sign(Claims(), header: h => h["kid"] = 1), TokenOutcome.Malformed);
        await Refused(issuer.Sign(Claims(), header: h => { h["crit"] = new JsonArray("b64"); h["b64"] = false; }), TokenOutcome.Malformed);
    }

    [Fact]
    public async Task A_changed_byte_anywhere_is_noticed()
    {
        string token = issuer.Sign(Claims());
        for (int i = 0; i < token.Length; i += 7)
        {
            string changed = token[..i] + (token[i] is 'A' ? 'B' : 'A') + token[(i + 1)..];
            (await verifier.VerifyAsync(changed, CancellationToken.None)).Token.Should().BeNull("byte {0} was changed", i);
        }
    }

    [Fact]
    public async Task Other_spellings_of_a_token_are_none()
    {
        string token = issuer.Sign(Claims());
        await Refused(token + "=", TokenOutcome.Malformed);
        await Refused(token + ".", TokenOutcome.Malformed);
        await Refused(token + " ", TokenOutcome.Malformed);
        await Refused(token.Replace('.', ','), TokenOutcome.Malformed);
        string twice = Encoding.UTF8.GetString(Convert.FromBase64CharArray([.. Padded(token.Split('.')[1])], 0, Padded(token.Split('.')[1]).Length)).Replace("{\"iss\"", "{\"iss\":\"x\",\"iss\"", StringComparison.Ordinal);
        await Refused($"{token.Split('.')[0]}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(twice))}.{token.Split('.')[2]}", TokenOutcome.Malformed);
    }

    [Fact]
    public async Task An_oversized_token_is_not_even_read()
    {
        await Refused(issuer.Sign(Claims(c => c["pad"] = new string('x', 16 * 1024))), TokenOutcome.Oversized);
        await Refused(new string('.', 16 * 1024), TokenOutcome.Malformed);
        await Refused(issuer.Sign(Claims(c => c["groups"] = new JsonArray([.. Enumerable.Range(0, 201).Select(i => (JsonNode)$"g{i}")]))), TokenOutcome.Malformed);
        keys.Asked.Should().Be(0, "nobody is asked for keys for such tokens");
    }

    [Fact]
    public async Task A_token_needs_a_subject()
    {
        await Refused(issuer.Sign(Claims(c => c.Remove("sub"))), TokenOutcome.Malformed);
        await Refused(issuer.Sign(Claims(c => c["sub"] = "")), TokenOutcome.Malformed);
        await Refused(issuer.Sign(Claims(c => c["sub"] = "a\nb")), TokenOutcome.Malformed);
        await Refused(issuer.Sign(Claims(c => c["sub"] = new JsonArray("alice"))), TokenOutcome.Malformed);
    }

    [Fact]
    public async Task A_token_that_nobody_would_believe_makes_us_ask_for_no_keys()
    {
        await Refused(issuer.Sign(Claims(c => c["aud"] = "x"), keyId: "unknown"), TokenOutcome.WrongAudience);
        keys.Asked.Should().Be(0);
        await Refused(issuer.Sign(Claims(), keyId: "unknown"), TokenOutcome.UnknownKey);
        keys.Asked.Should().Be(2, "once for the keys and once because one was missing");
    }

    private static TrustedIssuer Trusted(TestIssuer issuer) => new() { Name = "test", Issuer = issuer.Name, Audiences = ["provenance"] };

    private static string Padded(string text) => text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4);

    private JsonObject Claims(Action<JsonObject>? change = null)
    {
        var claims = issuer.Claims(Now);
        change?.Invoke(claims);
        return claims;
    }

    private async Task Refused(string token, TokenOutcome expected)
    {
        var (outcome, verified) = await verifier.VerifyAsync(token, CancellationToken.None);
        outcome.Should().Be(expected);
        verified.Should().BeNull();
    }

    private async Task Believed(string token) => (await verifier.VerifyAsync(token, CancellationToken.None)).Outcome.Should().Be(TokenOutcome.Valid);

    private sealed class CountingKeys(TestIssuer issuer) : IKeySource
    {
        private readonly IssuerKeySet set = IssuerKeySet.Parse(Encoding.UTF8.GetBytes(issuer.Keys.ToJsonString()));

        public int Asked { get; private set; }

        public ValueTask<IssuerKeySet?> GetAsync(bool missing, CancellationToken cancellationToken)
        {
            Asked++;
            return ValueTask.FromResult<IssuerKeySet?>(set);
        }
    }
}
