using System.Xml.Linq;

namespace Provenance.EndToEnd.Tests.Structure;

/// <summary>References run one way, between projects and between the folders of a project.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void Each_project_refers_to_the_next_of_the_chain_and_to_no_other()
    {
        var chain = ProductProject.Chain;
        for (int i = 0; i < chain.Count; i++)
        {
            string[] expected = i + 1 < chain.Count ? [$"Provenance.{chain[i + 1].Name}"] : [];
            XDocument.Load(chain[i].ProjectFile).Descendants("ProjectReference")
                .Select(static r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value))
                .Should().Equal(expected, "{0} knows the next room only", chain[i].ProjectFile);
        }
    }

    [Fact]
    public void Each_assembly_refers_only_to_those_that_follow_in_the_chain()
    {
        var names = ProductProject.Chain.Select(static p => p.Assembly.GetName().Name!).ToList();
        for (int i = 0; i < names.Count; i++)
        {
            ProductProject.Chain[i].Assembly.GetReferencedAssemblies().Select(static r => r.Name!).Where(names.Contains)
                .Should().BeSubsetOf(names.Skip(i + 1), "{0} stands at place {1}", names[i], i);
        }
    }

    [Theory]
    [InlineData("Cli")]
    [InlineData("Watcher")]
    [InlineData("Attestor")]
    [InlineData("ArtifactStore")]
    public void No_namespaces_of_a_project_refer_to_each_other_in_a_circle(string name)
    {
        var project = ProductProject.Chain.Single(p => p.Name == name);
        var graph = GraphOf(project);
        graph.Should().Contain(static e => e.Value.Count > 0, "a graph without references could not have a circle");
        string[] circles = [.. graph.Keys.Where(n => Reachable(graph, n).Contains(n)).Order(StringComparer.Ordinal).Select(n => $"{n} -> {string.Join(", ", graph[n].Where(t => Reachable(graph, t).Contains(n)))}")];
        circles.Should().BeEmpty();
    }

    /// <summary>What the compiled types refer to, and what the source names in using directives.</summary>
    private static Dictionary<string, HashSet<string>> GraphOf(ProductProject project)
    {
        var graph = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var type in project.Assembly.GetTypes().Where(static t => !t.IsNested && t.Namespace?.StartsWith("Provenance.", StringComparison.Ordinal) is true))
        {
            Add(type.Namespace!, TypeReferences.Of(type).Where(t => t.Assembly == project.Assembly).Select(static t => t.Namespace).OfType<string>());
        }

        foreach (var file in project.SourceFiles().Where(static f => f.Namespace is not null))
        {
            Add(file.Namespace!, file.Usings);
        }

        return graph;

        void Add(string from, IEnumerable<string> to)
        {
            if (!graph.TryGetValue(from, out var targets))
            {
                graph[from] = targets = new(StringComparer.Ordinal);
            }

            targets.UnionWith(to.Where(n => n != from && n.StartsWith($"Provenance.{project.Name}", StringComparison.Ordinal)));
        }
    }

    private static HashSet<string> Reachable(Dictionary<string, HashSet<string>> graph, string from)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>(graph.GetValueOrDefault(from) ?? []);
        while (waiting.TryPop(out string? next))
        {
            if (reached.Add(next))
            {
                foreach (string further in graph.GetValueOrDefault(next) ?? [])
                {
                    waiting.Push(further);
                }
            }
        }

        return reached;
    }
}
