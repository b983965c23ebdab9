using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Provenance.Watcher.Collecting;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Argo;
using Provenance.Watcher.Runs.GitHub;
using Provenance.Watcher.Runs.Jobs;
using Provenance.Watcher.Runs.Kubeflow;
using Provenance.Watcher.Runs.Tekton;

namespace Provenance.Watcher;

/// <summary>Registers what the watcher offers.</summary>
public static class WatcherServices
{
    /// <summary>Adds the run kinds and the use case that collects runs; one line each.</summary>
    public static IServiceCollection AddWatcher(this IServiceCollection services) => services
        .AddSingleton<IRunKind, TaskRunKind>()
        .AddSingleton<IRunKind, PipelineRunKind>()
        .AddSingleton<IRunKind, CustomRunKind>()
        .AddSingleton<IRunKind, WorkflowKind>()
        .AddSingleton<IRunKind, JobKind>()
        .AddSingleton<IRunKind, PodKind>()
        .AddSingleton<IRunKind, TrainJobKind>()
        .AddSingleton<IRunKind, TrainingJobKind>()
        .AddSingleton<IRunKind, ArtifactsListKind>()
        .AddTransient<IRequestHandler<CollectRun, CollectedRun>, CollectRunHandler>();
}
