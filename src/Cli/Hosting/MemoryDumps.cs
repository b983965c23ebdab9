using System.Runtime.InteropServices;

namespace Provenance.Cli.Hosting;

/// <summary>Keeps the memory of a process that holds a private key out of core files.</summary>
internal static partial class MemoryDumps
{
    private const string AskedFor = "DOTNET_DbgEnableMiniDump";
    private const int SetDumpable = 4;

    /// <summary>
    /// On Linux, no core file is written from now on, and only root can look into this process (prctl, PR_SET_DUMPABLE). Logs, metrics and
    /// .NET's traces and counters go on. Who asks .NET for dumps gets them: they hold the key. On other systems nothing happens.
    /// </summary>
    public static void Forbid()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(AskedFor) is "1")
        {
            return;
        }

        if (Control(SetDumpable, 0, 0, 0, 0) != 0)
        {
            Console.Error.WriteLine($"warning: a crash may write the private key into a core file: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint value, nuint third, nuint fourth, nuint fifth);
}
