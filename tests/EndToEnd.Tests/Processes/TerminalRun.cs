using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace Provenance.EndToEnd.Tests.Processes;

/// <summary>The executable with its output at a terminal of a given width, as people see it.</summary>
internal static partial class TerminalRun
{
    private const int ReadWrite = 2;

    private static readonly int NoControllingTerminal = OperatingSystem.IsMacOS() ? 0x20000 : 0x100;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end.</summary>
    /// <returns>What it wrote, without the sequences that colour it and place the cursor.</returns>
    public static async Task<string> OutputAsync(int columns, params string[] arguments)
    {
        int terminal = PosixOpenTerminal(ReadWrite | NoControllingTerminal);
        terminal.Should().BePositive();
        using var handle = new SafeFileHandle(terminal, ownsHandle: true);
        Grant(terminal).Should().Be(0);
        Unlock(terminal).Should().Be(0);
        string name = Marshal.PtrToStringUTF8(NameOf(terminal))!;
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"stty rows 40 columns {columns} <{name} && exec \"$0\" \"$@\" >{name} 2>&1 </dev/null", Executable.Path, .. arguments]);
        start.Environment["DOTNET_ROOT"] = Executable.Runtime;
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(AppContext.BaseDirectory, "no-cache");
        start.Environment["TERM"] = "xterm";

        // Somebody keeps the other end open: without it reading would fail before the process has opened it, and after it has ended.
        using var other = new FileStream(name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        using var process = Process.Start(start)!;
        var reading = Task.Run(() => ReadToMark(handle));
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            Executable.Kill(process);
            other.WriteByte(0);
        }

        return Sequences().Replace((await reading).ReplaceLineEndings("\n"), "");
    }

    /// <summary>Reads until a zero byte, which no program writes for people.</summary>
    private static string ReadToMark(SafeFileHandle terminal)
    {
        using var stream = new FileStream(terminal, FileAccess.Read, bufferSize: 0);
        var text = new MemoryStream();
        for (int value = stream.ReadByte(); value > 0; value = stream.ReadByte())
        {
            text.WriteByte((byte)value);
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    [GeneratedRegex("\e\\[[0-9;?]*[a-zA-Z]|\e[=>]")]
    private static partial Regex Sequences();

    [DllImport("libc", EntryPoint = "posix_openpt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int PosixOpenTerminal(int flags);

    [DllImport("libc", EntryPoint = "grantpt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Grant(int terminal);

    [DllImport("libc", EntryPoint = "unlockpt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unlock(int terminal);

    [DllImport("libc", EntryPoint = "ptsname")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint NameOf(int terminal);
}
