using System.Diagnostics;
using Provenance.EndToEnd.Tests.FrontDoor;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.EndToEnd.Tests.Secrets;

/// <summary>A process that holds a signing key and crashes.</summary>
public sealed class CoreFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_crash_leaves_no_core_file_with_the_signing_key()
    {
        // Core files stand where the kernel's pattern says; a relative one, which is the default, leads into the folder.
        using (var shell = Shell("kill -SYS $$"))
        {
            await shell.WaitForExitAsync();
        }

        int others = RemoveCoreFiles();
        await using var registry = await ScriptedServer.StartAsync(static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await File.WriteAllTextAsync(folder["run.json"], RunFiles.TaskRun("crashed", "https://downloads.example.com/a", new string('e', 64)));
        (await Executable.RunAsync("key", "generate", "--out", folder["k.key"], "--no-passphrase")).ShouldEndWith(0);
        using var process = Shell($"exec '{Executable.Path}' attest run.json --key k.key --builder-id https://ci.example.com/x --repository {registry.Address}/a");
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            // Whoever asks the registry has the key.
            while (registry.Requests.Count is 0 && !process.HasExited)
            {
                await Task.Delay(50, limit.Token);
            }

            Executable.Crash(process);
            await process.WaitForExitAsync(limit.Token);
        }

        registry.Requests.Should().NotBeEmpty();
        RemoveCoreFiles().Should().Be(0, "the process held a private key; a shell left {0}", others);
    }

    [Fact]
    public async Task Who_asks_for_dumps_is_not_refused_and_the_command_works()
    {
        (await Executable.RunAsync("key", "generate", "--out", folder["k.key"], "--no-passphrase")).ShouldEndWith(0);
        var environment = new Dictionary<string, string> { ["DOTNET_DbgEnableMiniDump"] = "1" };
        string run = RunFiles.TaskRun("dumped", "https://downloads.example.com/a", new string('e', 64));

        (await Executable.RunWithAsync(run, environment, "attest", "-", "--key", folder["k.key"], "--builder-id", "https://ci.example.com/x", "--bundle", folder["b.json"])).ShouldEndWith(0);
    }

    private int RemoveCoreFiles()
    {
        string[] files = Directory.GetFiles(folder.Path, "core*");
        Array.ForEach(files, File.Delete);
        return files.Length;
    }

    private Process Shell(string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "ulimit -c unlimited; " + command]) { WorkingDirectory = folder.Path };
        start.Environment["DOTNET_ROOT"] = Executable.Runtime;
        start.Environment.Remove("PROVENANCE_PASSPHRASE");
        return Process.Start(start)!;
    }
}
