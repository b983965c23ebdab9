using System.Runtime.Versioning;
using Provenance.ArtifactStore.Registries;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class SubjectLocksTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder temporary = new();

    [Fact]
    public async Task Another_process_has_to_wait()
    {
        var first = await new SubjectLocks(TimeProvider.System, temporary["locks"]).EnterAsync("registry/app@sha256:1", None);

        var second = new SubjectLocks(TimeProvider.System, temporary["locks"]).EnterAsync("registry/app@sha256:1", None);
        (await Task.WhenAny(second, Task.Delay(100))).Should().NotBe(second);
        first.Dispose();

        (await second).Dispose();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_that_others_can_write_to_is_not_used()
    {
        Directory.CreateDirectory(temporary["locks"]);
        File.SetUnixFileMode(temporary["locks"], (UnixFileMode)0b111_111_111);
        for (int i = 0; i < 256; i++)
        {
            File.CreateSymbolicLink(temporary[$"locks/{i:x2}.lock"], temporary["made by the victim"]);
        }

        (await new SubjectLocks(TimeProvider.System, temporary["locks"]).EnterAsync("registry/app@sha256:1", None)).Dispose();

        File.Exists(temporary["made by the victim"]).Should().BeFalse();
    }

    [Fact]
    public async Task Without_a_folder_the_lock_holds_within_the_process()
    {
        var locks = new SubjectLocks(TimeProvider.System, folder: null);
        var first = await locks.EnterAsync("a", None);
        (await locks.EnterAsync("b", None)).Dispose();

        var second = locks.EnterAsync("a", None);
        second.IsCompleted.Should().BeFalse();
        first.Dispose();

        (await second).Dispose();
    }

    public void Dispose() => temporary.Dispose();
}
