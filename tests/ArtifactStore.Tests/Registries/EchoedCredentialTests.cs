using System.Net.Http.Headers;
using System.Text;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class EchoedCredentialTests
{
    private static readonly string Basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pass:word"));

    [Fact]
    public void A_token_that_is_said_back_is_withheld() =>
        EchoedCredential.Remove("no Bearer abc.def for you, abc.def", new AuthenticationHeaderValue("Bearer", "abc.def")).Should().Be("no Bearer (withheld) for you, (withheld)");

    [Fact]
    public void A_password_that_is_said_back_is_withheld_in_the_clear_and_encoded() =>
        EchoedCredential.Remove($"Basic {Basic}, user user, password pass:word", new AuthenticationHeaderValue("Basic", Basic)).Should().Be("Basic (withheld), user user, password (withheld)");

    [Theory]
    [InlineData(null, null)]
    [InlineData("Bearer", null)]
    [InlineData("Bearer", "")]
    [InlineData("Basic", "no base64")]
    [InlineData("Basic", "dXNlcjo=")]
    public void Other_words_stay_as_they_are(string? scheme, string? parameter) =>
        EchoedCredential.Remove("it is denied", scheme is null ? null : new AuthenticationHeaderValue(scheme, parameter)).Should().Be("it is denied");
}
