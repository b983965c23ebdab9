using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Folders;
using Provenance.Attestor.Signing.References;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Signing.References;

public sealed class SignerReferenceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_and_a_folder_are_told_apart()
    {
        var key = KeyFile.Generate(folder["tls.key"], null);
        using var file = await OpenAsync(folder["tls.key"]);
        using var inFolder = await OpenAsync(folder.Path);

        file.Signer.Should().BeOfType<KeySigner>();
        inFolder.Signer.Should().BeOfType<FolderSigner>();
        new[] { file, inFolder }.Select(static o => o.Signer.PublicKey.Fingerprint).Should().AllBe(key.Fingerprint);
    }

    [Theory]
    [InlineData("gcpkms://projects/p", "KEY_REFERENCE")]
    [InlineData("k8s://ns/secret", "KEY_REFERENCE")]
    [InlineData("hashivault://a/b", "KEY_REFERENCE")]
    [InlineData("/no/such/file", "KEY_UNREADABLE")]
    public async Task What_is_no_key_is_refused(string reference, string code) =>
        (await FluentActions.Invoking(() => OpenAsync(reference)).Should().ThrowAsync<KeyException>()).Which.Code.Should().Be(code);

    private static Task<OpenedSigner> OpenAsync(string reference) => SignerReference.OpenAsync(reference, () => null, TimeProvider.System, CancellationToken.None);
}
