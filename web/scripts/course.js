// The catalogue of exercises, fetched once.
let course = null;

export function openCourse() {
  course ??= fetch("/api/v1/exercises").then((answer) => answer.json()).catch(() => ((course = null), { units: [], level_check: [], ipa: {} }));
  return course;
}

export async function findExercise(id) {
  const { units } = await openCourse();
  for (const unit of units) {
    const index = unit.exercises.findIndex((exercise) => exercise.id === id);
    if (index >= 0) return { unit, index, exercise: unit.exercises[index] };
  }
  return null;
}

// The unit that trains a sound most: the one that names it first, else the one with most exercises for it.
export async function unitFor(phone) {
  const { units } = await openCourse();
  const weight = (unit) => {
    const named = unit.sounds.findIndex((sound) => sound.phone === phone);
    return (named >= 0 ? 100 - named : 0) + unit.exercises.filter((exercise) => exercise.sounds.includes(phone)).length;
  };
  return units.reduce((best, unit) => (weight(unit) > (best ? weight(best) : 0) ? unit : best), null);
}

// Exercises that train a sound, easiest first.
export async function exercisesFor(phone) {
  const { units } = await openCourse();
  const found = units.flatMap((unit) => unit.exercises).filter((exercise) => exercise.sounds.includes(phone));
  return found.sort((one, other) => one.level.localeCompare(other.level));
}
