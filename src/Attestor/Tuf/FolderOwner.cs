using System.Runtime.InteropServices;

namespace Provenance.Attestor.Tuf;

/// <summary>Whom a folder belongs to, which .NET does not tell.</summary>
internal static partial class FolderOwner
{
    private const int FromWorkingFolder = -100;
    private const uint OwnerWanted = 0x8;
    private const int ResultSize = 256;
    private const int OwnerOffset = 20;

    /// <summary>The id of the user that runs this program (geteuid).</summary>
    public static uint Self => EffectiveUser();

    /// <summary>Whether what lies in a folder of this owner was put there by its user, or by who may do everything anyway.</summary>
    public static bool IsTrusted(uint owner, uint self) => owner is 0 || owner == self;

    /// <summary>The id of the user that a folder belongs to (statx, stx_uid); null where the system cannot be asked.</summary>
    public static uint? Find(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> result = stackalloc byte[ResultSize];
        try
        {
            return Status(FromWorkingFolder, folder, 0, OwnerWanted, ref MemoryMarshal.GetReference(result)) is 0 ? MemoryMarshal.Read<uint>(result[OwnerOffset..]) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Status(int folder, string path, int flags, uint mask, ref byte result);
}
