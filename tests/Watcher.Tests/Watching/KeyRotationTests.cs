using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.References;
using Provenance.Testing;
using Provenance.Watcher.Delivering;

namespace Provenance.Watcher.Tests.Watching;

/// <summary>A signing key that is replaced under a watch that goes on.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private readonly TemporaryFolder secret = new();

    public void Dispose() => secret.Dispose();

    [Fact]
    public async Task Watch_signs_with_the_new_key_at_once_and_after_a_restart_attests_nothing_again()
    {
        await using var cluster = await WatchedCluster.StartAsync();
        var first = Mount("1");
        using (var signing = await OpenAsync())
        {
            await cluster.WatchAsync(signing: signing.Signer);
            cluster.Complete("before");
            await cluster.UntilAsync(() => cluster.Settled.Count is 1);
            var second = Mount("2", first);
            cluster.Complete("after");
            await cluster.UntilAsync(() => cluster.Settled.Count is 2);
            (await cluster.BundlesAsync("before")).Should().ContainSingle().Which.Material.KeyHint.Should().Be(first.Hint);
            (await cluster.BundlesAsync("after")).Should().ContainSingle().Which.Material.KeyHint.Should().Be(second.Hint);
            await cluster.StopAsync();
        }

        using var restarted = await OpenAsync();
        await cluster.WatchAsync("without its journal", signing: restarted.Signer);
        await cluster.UntilAsync(() => cluster.Settled.Count is 4);

        cluster.Settled.Skip(2).Should().OnlyContain(static r => r.Outcome == DeliveryOutcome.AlreadyAttested);
        (await cluster.AttestationsAsync("before")).Should().Be(1);
        (await cluster.AttestationsAsync("after")).Should().Be(1);
    }

    private Task<OpenedSigner> OpenAsync() => SignerReference.OpenAsync(secret.Path, static () => null, TimeProvider.System, CancellationToken.None);

    /// <summary>Puts a new key where a mounted Secret is, and keeps the public half of the one before.</summary>
    private VerificationKey Mount(string generation, VerificationKey? before = null)
    {
        string place = Directory.CreateDirectory(secret[$"..{generation}"]).FullName;
        var made = KeyFile.Generate(Path.Combine(place, "cosign.key"), null);
        if (before is not null)
        {
            File.WriteAllText(Path.Combine(place, "before.pub"), before.ToPem());
        }

        File.Delete(secret["..data"]);
        Directory.CreateSymbolicLink(secret["..data"], $"..{generation}");
        return made;
    }
}
