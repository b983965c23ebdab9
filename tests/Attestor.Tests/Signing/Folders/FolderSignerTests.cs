using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.Folders;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Signing.Folders;

public sealed class FolderSignerTests : IDisposable
{
    private static readonly byte[] Content = "content"u8.ToArray();

    private readonly TemporaryFolder folder = new();
    private int generations;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_signing_secret_of_Chains_signs()
    {
        File.Copy(Vectors.PathOf("sigstore-vectors/cosign-test-only.key"), folder["cosign.key"]);
        File.Copy(Vectors.PathOf("sigstore-vectors/cosign.pub"), folder["cosign.pub"]);
        await File.WriteAllTextAsync(folder["cosign.password"], "");
        using var signer = Open();

        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);
        KeyFile.LoadPublicKey(folder["cosign.pub"]).Verify(Content, signature).Should().BeTrue();
    }

    [Theory]
    [InlineData("tls.key", "tls.password")]
    [InlineData("key.pem", "key.password")]
    [InlineData("x509.pem", "x509.password")]
    public async Task An_encrypted_key_is_opened_by_the_passphrase_beside_it(string key, string password)
    {
        KeyFile.Generate(folder[key], "correct horse");
        await File.WriteAllTextAsync(folder[password], "correct horse\n");
        using var signer = Open();

        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);
        signer.PublicKey.Verify(Content, signature).Should().BeTrue();
    }

    [Fact]
    public async Task A_mounted_secret_that_is_swapped_signs_with_the_new_key_at_once()
    {
        var first = Mount();
        using var signer = Open();
        var bundles = new KeyBundleSigner(signer);
        var before = Bundle.Parse(await bundles.SignAsync(Forgery.Statement(), CancellationToken.None));

        var second = Mount();
        var after = Bundle.Parse(await bundles.SignAsync(Forgery.Statement(), CancellationToken.None));

        before.Material.KeyHint.Should().Be(first.Hint);
        after.Material.KeyHint.Should().Be(second.Hint);
        second.Verify(after.Envelope.ToSignedBytes(), after.Envelope.Signatures[0].Value.Span).Should().BeTrue();
        (await bundles.HasMadeAsync(before, CancellationToken.None)).Should().BeTrue("this process made it");
        (await bundles.HasMadeAsync(after, CancellationToken.None)).Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_restart_a_bundle_of_the_key_before_is_ours_where_its_public_half_was_kept(bool keep)
    {
        var first = Mount();
        using var signer = Open();
        var before = Bundle.Parse(await new KeyBundleSigner(signer).SignAsync(Forgery.Statement(), CancellationToken.None));
        Mount(keep ? first : null);
        using var restarted = Open();

        (await new KeyBundleSigner(restarted).HasMadeAsync(before, CancellationToken.None)).Should().Be(keep);
    }

    [Fact]
    public async Task A_key_that_was_chosen_before_the_swap_still_signs_for_its_own_public_half()
    {
        var first = Mount();
        using var signer = Open();
        var chosen = await signer.FindNewestAsync(CancellationToken.None);
        Mount();
        await signer.FindNewestAsync(CancellationToken.None);

        byte[] signature = await chosen.SignAsync(Content, CancellationToken.None);
        first.Verify(Content, signature).Should().BeTrue();
        chosen.PublicKey.Fingerprint.Should().Be(first.Fingerprint);
    }

    [Fact]
    public async Task A_folder_that_is_no_mount_is_read_anew_when_its_key_file_is_replaced()
    {
        KeyFile.Generate(folder["tls.key"], null);
        using var signer = Open();
        string before = signer.PublicKey.Fingerprint;
        using var elsewhere = new TemporaryFolder();
        var next = KeyFile.Generate(elsewhere["tls.key"], null);
        File.Move(folder["tls.pub"], folder["before.pub"]);
        File.Move(elsewhere["tls.key"], folder["tls.key"], overwrite: true);
        File.SetLastWriteTimeUtc(folder["tls.key"], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);
        next.Verify(Content, signature).Should().BeTrue();
        (await signer.FindEarlierKeysAsync(CancellationToken.None)).Select(static k => k.Fingerprint).Should().Contain(before);
    }

    [Fact]
    public async Task A_swap_to_something_that_is_no_key_stops_signing_until_it_is_mended()
    {
        Mount();
        using var signer = Open();
        Swap(place => File.WriteAllText(Path.Combine(place, "cosign.key"), "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----\n"));

        for (int attempt = 0; attempt < 2; attempt++)
        {
            var fault = (await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;
            fault.IsTransient.Should().BeTrue();
            fault.ToString().Should().Contain(folder.Path).And.NotContain("CANARY");
        }

        var mended = Mount();
        byte[] signature = await signer.SignAsync(Content, CancellationToken.None);
        mended.Verify(Content, signature).Should().BeTrue();
    }

    [Fact]
    public async Task A_folder_that_went_away_signs_nothing()
    {
        Mount();
        using var signer = Open();
        Directory.Delete(folder.Path, recursive: true);

        await signer.Invoking(s => s.SignAsync(Content, CancellationToken.None).AsTask()).Should().ThrowAsync<SigningServiceException>();
    }

    [Fact]
    public void A_folder_with_no_key_or_two_is_refused()
    {
        FluentActions.Invoking(Open).Should().Throw<KeyException>().WithMessage("*no private key*");
        KeyFile.Generate(folder["tls.key"], null);
        KeyFile.Generate(folder["key.pem"], null);
        FluentActions.Invoking(Open).Should().Throw<KeyException>().WithMessage("*only one*");
    }

    [Fact]
    public void A_public_half_that_does_not_belong_to_the_key_is_refused()
    {
        KeyFile.Generate(folder["tls.key"], null);
        File.WriteAllText(folder["tls.pub"], Forgery.Stranger.PublicKey.ToPem());

        FluentActions.Invoking(Open).Should().Throw<KeyException>().WithMessage("*not the public half*");
    }

    [Fact]
    public void A_public_half_that_does_not_belong_to_the_key_is_refused_in_a_folder_named_by_a_relative_path_too()
    {
        KeyFile.Generate(folder["tls.key"], null);
        File.WriteAllText(folder["tls.pub"], Forgery.Stranger.PublicKey.ToPem());

        FluentActions.Invoking(() => FolderSigner.Open(Path.GetRelativePath(Environment.CurrentDirectory, folder.Path), static () => null))
            .Should().Throw<KeyException>().WithMessage("*not the public half*");
    }

    [Fact]
    public async Task Keys_that_take_turns_are_known_once_each()
    {
        var first = KeyFile.Generate(folder["tls.key"], null);
        File.Copy(folder["tls.key"], folder["first"]);
        using var signer = Open();
        File.Delete(folder["tls.pub"]);
        using var elsewhere = new TemporaryFolder();
        KeyFile.Generate(elsewhere["tls.key"], null);
        for (int turn = 0; turn < 6; turn++)
        {
            File.Copy(turn % 2 is 0 ? elsewhere["tls.key"] : folder["first"], folder["tls.key"], overwrite: true);
            File.SetLastWriteTimeUtc(folder["tls.key"], new DateTime(2030, 1, 1 + turn, 0, 0, 0, DateTimeKind.Utc));
            await signer.SignAsync(Content, CancellationToken.None);
        }

        (await signer.FindEarlierKeysAsync(CancellationToken.None)).Should().HaveCount(2);
        signer.PublicKey.Fingerprint.Should().Be(first.Fingerprint);
    }

    [Fact]
    public void A_key_that_others_may_read_is_a_problem_in_a_folder_and_none_in_a_mounted_secret()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        KeyFile.Generate(folder["tls.key"], null);
        File.SetUnixFileMode(folder["tls.key"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        using (var plain = Open())
        {
            plain.Problems.Should().ContainSingle().Which.Should().Contain("chmod 600");
        }

        File.Delete(folder["tls.key"]);
        Mount();
        using var mounted = Open();
        mounted.Problems.Should().BeEmpty();
    }

    private FolderSigner Open() => FolderSigner.Open(folder.Path, () => null);

    /// <summary>Swaps in a new key as the kubelet does: a new folder, then one link that is turned.</summary>
    private VerificationKey Mount(VerificationKey? before = null)
    {
        VerificationKey? made = null;
        Swap(place =>
        {
            made = KeyFile.Generate(Path.Combine(place, "cosign.key"), null);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(place, "cosign.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }

            if (before is not null)
            {
                File.WriteAllText(Path.Combine(place, "before.pub"), before.ToPem());
            }
        });
        return made!;
    }

    private void Swap(Action<string> write)
    {
        string name = $"..2026_01_0{++generations}";
        write(Directory.CreateDirectory(folder[name]).FullName);

        // The kubelet renames a second link over the first; here nobody looks between the two steps.
        File.Delete(folder["..data"]);
        Directory.CreateSymbolicLink(folder["..data"], name);
    }
}
