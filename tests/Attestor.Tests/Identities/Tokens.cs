using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Signing;
using Provenance.Testing;
using Provenance.Testing.Tokens;

namespace Provenance.Attestor.Tests.Identities;

/// <summary>Identity tokens that nobody signed, as only their claims are read here.</summary>
internal static class Tokens
{
    /// <summary>A part of every token made here that no message may hold.</summary>
    public const string Canary = "q9Canary_Canary-Canary7";

    public static DateTimeOffset Now => SkippingTime.Start;

    public static JsonObject Claims() => new()
    {
        ["iss"] = "https://issuer.example",
        ["sub"] = "system:serviceaccount:builds:signer",
        ["aud"] = new JsonArray("sigstore"),
        ["exp"] = Now.AddMinutes(10).ToUnixTimeSeconds(),
        ["canary"] = Canary,
    };

    public static string Token(Action<JsonObject>? change = null)
    {
        var claims = Claims();
        change?.Invoke(claims);
        return $"{TestIssuer.Unsigned(claims, "ES256", "key")}.{Canary}";
    }

    public static string TokenOf(string payload) => $"{TestIssuer.Part(new JsonObject { ["alg"] = "ES256" })}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.{Canary}";

    /// <summary>Requires that the fault is about the identity and gives no part of the token away.</summary>
    public static string ShouldHideTheToken(this SigningServiceException fault, string token, string code = SigningServiceException.NoIdentity)
    {
        string text = fault.ToString();
        fault.Code.Should().Be(code);
        text.Should().NotContain(Canary);
        for (int i = 0; i + 12 <= token.Length; i++)
        {
            text.Should().NotContain(token.Substring(i, 12));
        }

        return fault.Message;
    }
}
