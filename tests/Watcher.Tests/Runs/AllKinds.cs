using Microsoft.Extensions.DependencyInjection;
using Provenance.Attestor.Slsa;
using Provenance.Watcher.Collecting;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Tests.Runs;

/// <summary>Collects documents with every kind that the product registers, in its order.</summary>
internal static class AllKinds
{
    public const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    public static readonly CollectOptions Unsuccessful = CollectOptions.Default with { AttestUnsuccessful = true };

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "runs");

    public static IReadOnlyList<IRunKind> Registered { get; } =
    [
        .. new ServiceCollection().AddWatcher()
            .Where(static d => d.ServiceType == typeof(IRunKind))
            .Select(static d => (IRunKind)Activator.CreateInstance(d.ImplementationType!, d.ImplementationType!.GetConstructors()[0].GetParameters().Length is 0 ? [] : [TimeProvider.System])!),
    ];

    public static IReadOnlyList<RunDocument> Read(string name) => DocumentReader.Read(name, File.ReadAllBytes(Path.Combine(Folder, name)));

    public static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), "*", SearchOption.AllDirectories).Select(static f => Path.GetRelativePath(Folder, f));

    public static Task<CollectedRun> CollectAsync(RunDocument document, IEnumerable<RunDocument> others, CollectOptions? options = null, IEnumerable<IRunKind>? kinds = null) =>
        new CollectRunHandler(kinds ?? Registered).Handle(new CollectRun(document, new ChildRuns(others), options ?? CollectOptions.Default), CancellationToken.None);

    /// <summary>Collects the first document of the text; the others are at hand as its children.</summary>
    public static Task<CollectedRun> CollectAsync(string text, CollectOptions? options = null, IEnumerable<IRunKind>? kinds = null)
    {
        var documents = TestRuns.Parse(text);
        return CollectAsync(documents[0], documents.Skip(1), options, kinds);
    }

    /// <summary>What the kind that recognises the document says of its head, as the API server would send it.</summary>
    public static bool MayBeOver(RunDocument document)
    {
        var head = ObjectHead.Read(System.Text.Encoding.UTF8.GetBytes(document.Root.GetRawText()));
        return Registered.First(k => k.Recognises(document)).MayBeOver(in head);
    }

    public static string StatementOf(CollectedRun collected)
    {
        collected.Run.Should().NotBeNull(string.Join(' ', collected.Problems));
        return System.Text.Encoding.UTF8.GetString(RunStatement.Write(collected.Run!, RunStatement.Subjects(collected.Run!), "https://ci.example.com/provenance/prod"));
    }
}
