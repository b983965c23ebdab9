using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Tests.Data;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.SigningServices;

/// <summary>Signing configs of which tests change what they are about.</summary>
internal static class SigningConfigText
{
    public static DateTimeOffset Now => SkippingTime.Start;

    /// <summary>A config of the public Sigstore instance, as it was published.</summary>
    public static byte[] PublicGood(string name = "signing_config.v0.2.json") => Vectors.Bytes($"sigstore-prod/{name}");

    public static SigningConfig Parse(Action<JsonObject>? change = null)
    {
        var json = JsonNode.Parse(PublicGood("signing_config_rekor_v2.v0.2.json"))!.AsObject();
        change?.Invoke(json);
        return SigningConfig.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    public static string Refused(Action<JsonObject> change) => FluentActions.Invoking(() => Parse(change)).Should().Throw<SigningConfigException>().Which.Message;
}
