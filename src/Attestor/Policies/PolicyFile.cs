using System.Security;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.Attestor.Policies;

/// <summary>Loads policy files: one or more YAML documents each, all of which must be valid.</summary>
public static class PolicyFile
{
    /// <summary>Loads files; of a folder, every <c>.yaml</c> and <c>.yml</c> file in it, sorted by name.</summary>
    /// <exception cref="PolicyException">A file is missing or invalid; lists everything that is wrong in all of them.</exception>
    public static IReadOnlyList<VerificationPolicy> Load(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var policies = new List<VerificationPolicy>();
        var problems = new List<YamlProblem>();
        foreach (string file in paths.SelectMany(path => FilesIn(path, problems)))
        {
            try
            {
                using var stream = File.OpenRead(file);
                byte[] content = new byte[Math.Min(stream.Length, StrictYaml.MaximumSize + 1)];
                stream.ReadExactly(content);
                policies.AddRange(Read(content, file, Path.GetDirectoryName(Path.GetFullPath(file))!, problems));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
            {
                problems.Add(new YamlProblem(file, 0, 0, $"the file cannot be read: {e.Message}"));
            }
        }

        foreach (var namesakes in policies.GroupBy(static p => p.Name, StringComparer.Ordinal).Where(static g => g.Count() > 1))
        {
            problems.Add(new YamlProblem(string.Join(", ", paths), 0, 0, $"{namesakes.Count()} policies are called {namesakes.Key}; names must be unique."));
        }

        return problems.Count is 0 ? policies : throw new PolicyException(problems);
    }

    /// <summary>Reads the text of one file.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="file">What problems call the file.</param>
    /// <param name="folder">The folder that <c>key.file</c> is relative to.</param>
    /// <exception cref="PolicyException">The text is no valid policy file.</exception>
    public static IReadOnlyList<VerificationPolicy> Parse(ReadOnlySpan<byte> utf8, string file, string folder)
    {
        var problems = new List<YamlProblem>();
        var policies = Read(utf8, file, folder, problems);
        return problems.Count is 0 ? policies : throw new PolicyException(problems);
    }

    private static List<VerificationPolicy> Read(ReadOnlySpan<byte> utf8, string file, string folder, List<YamlProblem> all)
    {
        var problems = new YamlProblems(file);
        var policies = new List<VerificationPolicy>();
        var roots = StrictYaml.Read(utf8, problems);
        if (roots.Count is 0 && problems.All.Count is 0)
        {
            problems.Add(0, 0, "the file holds no policy.");
        }

        foreach (var root in roots)
        {
            if (new PolicyReader(problems, folder).Read(root) is { } policy)
            {
                policies.Add(policy);
            }
        }

        all.AddRange(problems.All);
        return policies;
    }

    private static string[] FilesIn(string path, List<YamlProblem> problems)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        string[] files = [.. Directory.EnumerateFiles(path).Where(static f => Path.GetExtension(f) is ".yaml" or ".yml").Order(StringComparer.Ordinal)];
        if (files.Length is 0)
        {
            problems.Add(new YamlProblem(path, 0, 0, "the folder holds no policy file (.yaml or .yml)."));
        }

        return files;
    }
}
