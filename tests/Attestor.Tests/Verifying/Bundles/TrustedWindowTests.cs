using System.Text;
using System.Text.Json.Nodes;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Genuine bundles under a trusted root that trusts one of the services at another time only.</summary>
public sealed class TrustedWindowTests
{
    [Theory]
    [InlineData("rekor2-happy-path", "tlogs", "TLOG_UNTRUSTED")]
    [InlineData("rekor2-happy-path", "ctlogs", "CERT_SCT")]
    [InlineData("rekor2-happy-path", "certificateAuthorities", "TIME_OUT_OF_RANGE")]
    [InlineData("rekor2-happy-path", "timestampAuthorities", "TIME_UNTRUSTED")]
    [InlineData("happy-path-v0.3", "tlogs", "TLOG_UNTRUSTED")]
    [InlineData("happy-path-v0.3", "ctlogs", "CERT_SCT")]
    [InlineData("happy-path-v0.3", "certificateAuthorities", "TIME_OUT_OF_RANGE")]
    public void A_service_counts_in_its_time_only(string name, string services, string code)
    {
        var genuine = new ConformanceCase(name);
        var root = JsonNode.Parse(genuine.TrustedRootJson)!;
        foreach (var service in root[services]!.AsArray())
        {
            (service!["publicKey"] ?? service)!["validFor"] = new JsonObject { ["start"] = "2000-01-01T00:00:00Z", ["end"] = "2000-01-02T00:00:00Z" };
        }

        genuine.Verify(genuine.Bundle, trustedRoot: Encoding.UTF8.GetBytes(root.ToJsonString())).Should().Be(code);
        genuine.Verify(genuine.Bundle).Should().Be("VERIFIED");
    }
}
