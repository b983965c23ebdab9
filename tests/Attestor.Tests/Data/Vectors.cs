using System.Runtime.CompilerServices;

namespace Provenance.Attestor.Tests.Data;

/// <summary>Test data beside this file, read from the source tree.</summary>
internal static class Vectors
{
    public static string Folder { get; } = Path.GetDirectoryName(Here())!;

    public static string PathOf(string relative) => Path.Combine(Folder, relative);

    public static byte[] Bytes(string relative) => File.ReadAllBytes(PathOf(relative));

    public static string Text(string relative) => File.ReadAllText(PathOf(relative));

    private static string Here([CallerFilePath] string path = "") => path;
}
