"""
title:
  es: Algoritmos poco profundos
  en: Shallow algorithms
summary:
  es: Bosque, boosting, Bayes ingenuo, vecinos, SVM y una red en un examen, y qué es «poco profundo».
  en: Forest, boosting, naive Bayes, neighbours, SVM and a network in one exam, and what “shallow” means.
tags: [random forest, gradient boosting, naive Bayes, nearest neighbour, SVM, MLP, evaluation]
everyday: [scalar]
objectives:
  es:
    - Decir en una frase qué pregunta hace cada algoritmo y reconocer su frontera en un dibujo.
    - Comparar seis modelos por pares sobre el mismo examen, sin coronar a quien no se puede coronar.
    - Explicar en qué sentido una SVM tiene dos capas y reconstruirla como red en PyTorch.
    - Saber cuáles cambian de respuesta si cambia la unidad de una columna.
  en:
    - Say in one sentence what each algorithm asks and recognise its boundary in a drawing.
    - Compare six models in pairs on one exam, without crowning whom one cannot crown.
    - Explain in what sense an SVM has two layers and rebuild it as a network in PyTorch.
    - Know which of them change their answer when the unit of a column changes.
prerequisites:
  es:
    - Qué es un clasificador y qué son los datos de prueba.
    - Proporciones, intervalos y comparación por pares.
  en:
    - What a classifier and a test set are.
    - Proportions, intervals and paired comparison.
timeout_seconds: 300
"""
# %% [markdown] lang="es"
# Las notas del curso nombran cinco algoritmos clásicos y agregan que, desde que existe el aprendizaje
# profundo, se los llama *shallow* (poco profundos). Aquí rinden examen los cinco y una red neuronal. Al
# terminar reconocerás a cada uno por el dibujo de su frontera, sabrás qué se puede afirmar al compararlos y
# en qué sentido preciso les falta profundidad.
#
# La lección acompaña el video *Machine Learning vs. Deep Learning* de la sección *PyTorch Fundamentals* del
# curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de
# Andrei Neagoie y Daniel Bourke, y el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de
# su libro abierto. Usa las comparaciones de [Evaluación honesta](../workflow/honest_evaluation.md).

# %% [markdown] lang="en"
# The notes of the course name five classical algorithms and add that, since deep learning exists, they are
# called *shallow*. Here all five sit an exam, and a neural network with them. By the end you will recognise
# each by the drawing of its boundary, know what can be claimed when comparing them, and in what precise sense
# they lack depth.
#
# The lesson goes with the video *Machine Learning vs. Deep Learning* of the section *PyTorch Fundamentals* of
# the course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book. It uses the comparisons of
# [Honest evaluation](../workflow/honest_evaluation.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_wine, make_moons
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, adjusted_p_values, paired_comparison
from tutorials_lib.plots import decision_surface, heat_map, interval_plot, localized

# %% [markdown] lang="es"
# ## Seis preguntas
#
# * **Bosque aleatorio** (*random forest*): ¿pasa esta columna de este umbral? Muchas veces, en muchos árboles
#   entrenados con filas y columnas sorteadas, que votan.
# * ***Gradient boosting*** (refuerzo por gradiente): la misma pregunta, con árboles que se **suman**; cada
#   uno corrige lo que falta.
# * **Bayes ingenuo** (*naive Bayes*): ¿qué clase hace más probable cada columna, una por una? Aprende medias
#   y varianzas por clase.
# * **Vecinos más cercanos**: ¿de qué clase son los ejemplos que más se le parecen? Guarda los ejemplos.
# * **SVM con núcleo** (*support vector machine*, máquina de vectores de soporte): ¿a qué ejemplos **de
#   frontera** se parece, y con qué peso? Elige esos ejemplos y sus pesos.
# * **Red neuronal** (un MLP): la pregunta que ella misma aprende, por descenso por gradiente.
#
# Todos tendrán la misma interfaz: `fit(x, y)` y `predict(x)`. La red es de PyTorch y la envolvemos en esa
# interfaz; los demás son de scikit-learn.

# %% [markdown] lang="en"
# ## Six questions
#
# * **Random forest**: does this column pass this threshold? Many times, in many trees trained on rows and
#   columns drawn at random, which vote.
# * **Gradient boosting**: the same question, with trees that are **added up**; each corrects what is left
#   over.
# * **Naive Bayes**: which class makes each column likeliest, one by one? It learns means and variances by
#   class.
# * **Nearest neighbours**: of which class are the examples most like it? It keeps the examples.
# * **Kernel SVM** (support vector machine): which **borderline** examples does it resemble, and with what
#   weight? It picks those examples and their weights.
# * **Neural network** (an MLP): the question that it learns by itself, by gradient descent.
#
# All will have the same interface: `fit(x, y)` and `predict(x)`. The network is PyTorch and we wrap it in
# that interface; the others come from scikit-learn.


# %%
class Network:
    def __init__(self, seed: int, epochs: int = 15) -> None:
        self.seed, self.epochs = seed, epochs

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Network":
        torch.manual_seed(self.seed)
        inputs, labels = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
        self.net = nn.Sequential(
            nn.Linear(x.shape[1], 64),
            nn.ReLU(),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Linear(64, int(y.max()) + 1),
        )
        optimizer = torch.optim.Adam(self.net.parameters(), lr=0.005)
        for _ in range(self.epochs):
            for batch in torch.randperm(len(x)).split(32):
                loss = cross_entropy(self.net(inputs[batch]), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return self

    @torch.inference_mode()
    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.net(torch.tensor(x, dtype=torch.float32)).argmax(dim=1).numpy()


# %%
FOREST, BAYES = tr(es="bosque", en="forest"), tr(es="Bayes ingenuo", en="naive Bayes")
NEIGHBOURS, NETWORK = tr(es="vecinos", en="neighbours"), tr(es="red", en="network")


def models(seed: int) -> dict:
    return {
        FOREST: RandomForestClassifier(n_estimators=60, random_state=seed),
        "boosting": HistGradientBoostingClassifier(max_iter=15, max_features=0.3, random_state=seed),
        BAYES: GaussianNB(),
        NEIGHBOURS: KNeighborsClassifier(n_neighbors=5),
        "SVM": SVC(),
        NETWORK: Network(seed),
    }


# %% [markdown] lang="es"
# ## Fronteras de decisión
#
# Dos medias lunas con ruido, y el plano entero teñido según la respuesta de cada modelo. Antes de mirar,
# imagina la frontera de un árbol, que solo corta por columnas; la de los vecinos; la de Bayes ingenuo, que
# mira cada columna por separado.

# %% [markdown] lang="en"
# ## Decision surfaces
#
# Two noisy half moons, and the whole plane tinted by the answer of each model. Before looking, imagine the
# boundary of a tree, which only cuts along columns; that of the neighbours; that of naive Bayes, which looks
# at each column by itself.

# %%
# alt es: Seis planos: fronteras en escalera, una curva suave de Bayes y curvas en S de vecinos, SVM y red.
# alt en: Six planes: staircases, one smooth curve of Bayes, S shapes of neighbours, SVM and network.
points, sides = make_moons(300, noise=0.25, random_state=0)
figure, panels = plt.subplots(2, 3, figsize=(6.8, 4.6), sharex=True, sharey=True)
# es: los 300 entrenan los modelos; se dibuja uno de cada cinco
# en: all 300 train the models; one in five is drawn
few = slice(None, None, 5)
for ax, (name, model) in zip(panels.flat, models(seed=0).items(), strict=True):
    model.fit(points, sides)
    blank = {"names": ["0", "1"], "xlabel": "", "ylabel": "", "title": name}
    decision_surface(model.predict, points[few], sides[few], **blank, steps=140, ax=ax)
    ax.get_legend().remove()
    ax.grid(visible=False)
    for drawn in ax.collections:
        drawn.set_zorder(-1)
    ax.set_rasterization_zorder(0)

# %% [markdown] lang="es"
# El bosque y el *boosting* cortan en escalera, el bosque con alguna isla donde un punto suelto convenció a
# varios árboles. Bayes ingenuo no logra la S: supone que, dentro de una clase, las columnas son
# independientes, y aquí no lo son. Los vecinos hacen una frontera menuda que sigue a los puntos; la SVM y la
# red, curvas suaves. Nada de esto dice quién acierta más: dice cómo se equivoca cada uno.
#
# ## Un solo examen
#
# Los dígitos de 8×8, cortados en el orden del archivo para que la prueba traiga otras manos. Los seis reciben
# los mismos 1348 ejemplos y responden los mismos 449. Valores por defecto de scikit-learn, salvo el tamaño
# del bosque y del *boosting*, recortado por tiempo, y las columnas que el *boosting* mira en cada corte. Esos
# ajustes se eligieron con este mismo examen a la vista, así que lee solo las diferencias grandes. Tres
# modelos sortean algo y se repiten con tres semillas; los otros tres dan siempre lo mismo. ¿A quién le
# apuestas?

# %% [markdown] lang="en"
# The forest and boosting cut in steps, the forest with an island or two where a single point convinced
# several trees. Naive Bayes does not manage the S: it supposes that, within a class, the columns are
# independent, and here they are not. The neighbours make a crinkled boundary that follows the points; the SVM
# and the network, smooth curves. None of this tells who gets more right: it tells how each one errs.
#
# ## One exam
#
# The 8×8 digits, cut in the order of the file so that the test brings other hands. All six receive the same
# 1348 examples and answer the same 449. Defaults of scikit-learn, but for the size of the forest and of the
# boosting, cut down for time, and the columns that boosting looks at for each cut. Those settings were chosen
# with this very exam in view, so read only the large differences. Three models draw something at random and
# are repeated with three seeds; the other three always give the same. On whom do you bet?

# %%
sheet = digits()
x, y = sheet.train_images.flatten(1).numpy(), sheet.train_labels.numpy()
exam, truth = sheet.test_images.flatten(1).numpy(), sheet.test_labels
SEEDS = range(3)
correct = []
for seed in SEEDS:
    fitted = {name: model.fit(x, y) for name, model in models(seed).items()}
    correct.append({name: torch.tensor(model.predict(exam)) == truth for name, model in fitted.items()})
scores = {name: [Proportion.of(answers[name]) for answers in correct] for name in correct[0]}
for name, row in scores.items():
    print(f"{name:<14}", *row)

# %%
# alt es: Seis intervalos: vecinos y SVM arriba, Bayes ingenuo muy abajo y los demás en medio.
# alt en: Six intervals: neighbours and SVM at the top, naive Bayes far below and the others in between.
middle = [sorted(row, key=lambda score: score.right)[1] for row in scores.values()]
_ = interval_plot(
    list(scores),
    [score.value for score in middle],
    [score.low for score in middle],
    [score.high for score in middle],
    xlabel=tr(
        es="exactitud (semilla del medio), intervalo del 95 %", en="accuracy (middle seed), 95% interval"
    ),
)

# %% [markdown] lang="es"
# ## Quince comparaciones
#
# Los intervalos vecinos se superponen, pero los seis rindieron **el mismo** examen: se los compara solo en
# las preguntas donde uno acierta y el otro no. Son quince pares, y mirar quince veces invita a la casualidad,
# así que cada $P$ lleva la corrección de Holm. En cada casilla va el **mayor** de los tres $P$, uno por
# semilla: dos modelos cuentan como distintos si ese número baja de 0,05.

# %% [markdown] lang="en"
# ## Fifteen comparisons
#
# Neighbouring intervals overlap, but all six sat **the same** exam: they are compared only on the questions
# where one is right and the other is not. There are fifteen pairs, and to look fifteen times invites chance,
# so each $P$ carries Holm's correction. Each cell holds the **largest** of the three $P$, one for each seed:
# two models count as different if that number is below 0.05.

# %%
# alt es: Cuadrícula simétrica de valores P; toda la fila de Bayes ingenuo está por debajo de 0,05.
# alt en: Symmetric grid of P values; the whole row of naive Bayes lies below 0.05.
names = list(scores)
by_seed = [adjusted_p_values(answers) for answers in correct]
worst = {pair: max(p_values[pair] for p_values in by_seed) for pair in by_seed[0]}
grid = np.ones((len(names), len(names)))
for (one, other), p_value in worst.items():
    grid[names.index(one), names.index(other)] = grid[names.index(other), names.index(one)] = p_value
texts = [
    ["" if i == j else localized(f"{grid[i, j]:.3f}") for j in range(len(names))] for i in range(len(names))
]
ax = heat_map(grid, row_labels=names, column_labels=names, texts=texts, limits=(0, 1))
ax.tick_params(axis="x", rotation=45)
apart = {pair for pair, p_value in worst.items() if p_value < 0.05}
print(len(apart), "/", len(worst))

# %% tags=["hidden"]
with_bayes = {pair for pair in apart if BAYES in pair}
assert len(with_bayes) == 5
assert apart - with_bayes == {("boosting", NEIGHBOURS), ("boosting", "SVM"), (NEIGHBOURS, NETWORK)}
assert all(
    scores[BAYES][seed].right < min(row[seed].right for name, row in scores.items() if name != BAYES)
    for seed in SEEDS
)
assert all(
    scores[NEIGHBOURS][s].right > max(scores["boosting"][s].right, scores[NETWORK][s].right) for s in SEEDS
)
assert all(scores["SVM"][s].right > scores["boosting"][s].right for s in SEEDS)
moving = {name: [score.right for score in row] for name, row in scores.items()}

# %% [markdown] lang="es"
# De quince pares se distinguen `{python} len(apart)`. Cinco son contra Bayes ingenuo, el último con todas las
# semillas. Los otros tres: los vecinos aventajan al *boosting* y a la red, y la SVM al *boosting*. Entre los
# vecinos, la SVM y el bosque **no hay diferencia** que este examen pueda ver, y tampoco entre el bosque, el
# *boosting* y la red.
#
# Lo que no se puede concluir es que guardar los ejemplos sea mejor que entrenar una red. Estos dígitos vienen
# centrados y del mismo tamaño, y con eso parecerse píxel a píxel es una buena pregunta. En [Datos
# estructurados y no estructurados](structured_unstructured.md) se mueven de lugar, y entonces la ventaja es
# de una red convolucional. **¿Otros números?** Las tres semillas van de `{python} min(moving[FOREST])` a
# `{python} max(moving[FOREST])` aciertos con el bosque y de `{python} min(moving[NETWORK])` a
# `{python} max(moving[NETWORK])` con la red; otra semilla puede quedar algo fuera.
#
# ## Por qué se los llama poco profundos
#
# La palabra mide **cuántos niveles de operaciones se componen, uno tras otro, entre la entrada y la
# respuesta**. [Bengio y LeCun (2007)](http://yann.lecun.com/exdb/publis/pdf/bengio-lecun-07.pdf) llaman
# *shallow* a las máquinas de núcleo: una capa grande de plantillas que se comparan con la entrada y una capa
# de pesos. [Bengio (2009)](https://doi.org/10.1561/2200000006) hace la cuenta para los demás: la regresión
# logística tiene un nivel; una SVM con núcleo, un árbol y una red de una capa oculta, dos; sumar árboles o
# hacerlos votar agrega uno. La red de esta página, con dos capas ocultas, tiene tres, los mismos que el
# bosque: la diferencia es que a ella se le pueden apilar más. «Poco profundo» no es un insulto ni una medida
# de calidad.
#
# Hagamos la cuenta con una SVM. Su decisión, una vez entrenada, es
#
# $$f(\mathbf x) = \sum_{i} \alpha_i \, e^{-\gamma \lVert \mathbf x - \mathbf s_i \rVert^2} + b,$$
#
# donde los $\mathbf s_i$ son los ejemplos de frontera que conservó, los **vectores de soporte**. Léela como
# red: una capa oculta con una unidad por vector de soporte y una capa lineal. ¿Coincidirá con la de
# scikit-learn?

# %% [markdown] lang="en"
# Of fifteen pairs, `{python} len(apart)` are told apart. Five are against naive Bayes, last with every seed.
# The other three: the neighbours are ahead of boosting and of the network, and the SVM of boosting. Among the
# neighbours, the SVM and the forest there is **no difference** that this exam can see, and neither among the
# forest, boosting and the network.
#
# What cannot be concluded is that keeping the examples is better than training a network. These digits come
# centred and of one size, and with that, likeness pixel by pixel is a good question. In [Structured and
# unstructured data](structured_unstructured.md) they are moved around, and then the advantage is with a
# convolutional network. **Other numbers?** The three seeds go from `{python} min(moving[FOREST])` to
# `{python} max(moving[FOREST])` right with the forest and from `{python} min(moving[NETWORK])` to
# `{python} max(moving[NETWORK])` with the network; another seed may fall somewhat outside.
#
# ## Why they are called shallow
#
# The word measures **how many levels of operations are composed, one after another, between the input and the
# answer**. [Bengio and LeCun (2007)](http://yann.lecun.com/exdb/publis/pdf/bengio-lecun-07.pdf) call kernel
# machines shallow: one large layer of templates compared with the input and one layer of weights. [Bengio
# (2009)](https://doi.org/10.1561/2200000006) does the count for the others: logistic regression has one
# level; a kernel SVM, a tree and a network with one hidden layer, two; adding trees up or letting them vote
# adds one. The network on this page, with two hidden layers, has three, as many as the forest: the difference
# is that more can be stacked on it. “Shallow” is neither an insult nor a measure of quality.
#
# Let us do the count with an SVM. Its decision, once trained, is
#
# $$f(\mathbf x) = \sum_{i} \alpha_i \, e^{-\gamma \lVert \mathbf x - \mathbf s_i \rVert^2} + b,$$
#
# where the $\mathbf s_i$ are the borderline examples it kept, the **support vectors**. Read it as a network:
# a hidden layer with one unit for each support vector, and a linear layer. Will it agree with the one in
# scikit-learn?

# %%
GAMMA = 2.0
svm = SVC(gamma=GAMMA).fit(points, sides)


class KernelNetwork(nn.Module):
    def __init__(self, svm: SVC, gamma: float) -> None:
        super().__init__()
        self.gamma = gamma
        self.templates = nn.Parameter(torch.tensor(svm.support_vectors_))  # unit feature
        self.output = nn.Linear(len(self.templates), 1).double()
        with torch.no_grad():
            self.output.weight.copy_(torch.tensor(svm.dual_coef_))
            self.output.bias.copy_(torch.tensor(svm.intercept_))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.exp(-self.gamma * torch.cdist(x, self.templates) ** 2)  # batch unit
        return self.output(hidden).squeeze(1)


twin = KernelNetwork(svm, GAMMA)
plane = torch.rand(500, 2, dtype=torch.float64) * 4 - 2
with torch.inference_mode():
    gap = float((twin(plane) - torch.tensor(svm.decision_function(plane.numpy()))).abs().max())
print(tuple(twin.templates.shape), f"{gap:.1e}")

# %% tags=["hidden"]
assert gap < 1e-6
assert len(twin.templates) == len(svm.support_vectors_)
kept = len(svm.support_vectors_)

# %% [markdown] lang="es"
# Coinciden salvo el redondeo. La SVM **es** una red de dos capas cuyas unidades ocultas son `{python} kept`
# de los 300 ejemplos; lo que no hace es aprender *representaciones de representaciones*. Una red de esta
# forma, con plantillas libres, se llama red de base radial, y está en el [Mapa de
# arquitecturas](architectures_map.md).
#
# Bayes ingenuo tiene un nivel: con las columnas $x_k$ y $x_k^2$ como entrada fija, el logaritmo de la
# probabilidad conjunta de la clase y el ejemplo es una capa lineal.
#
# $$\log p(c) + \sum_k \log \mathcal N(x_k; \mu_{ck}, \sigma_{ck}^2) =
# \sum_k \left( -\frac{x_k^2}{2\sigma_{ck}^2} + \frac{\mu_{ck}\, x_k}{\sigma_{ck}^2} \right) + b_c.$$

# %% [markdown] lang="en"
# They agree but for rounding. The SVM **is** a network of two layers whose hidden units are `{python} kept`
# of the 300 examples; what it does not do is learn *representations of representations*. A network of this
# form, with free templates, is called a radial basis function network, and is in the [Map of
# architectures](architectures_map.md).
#
# Naive Bayes has one level: with the columns $x_k$ and $x_k^2$ as a fixed input, the logarithm of the joint
# probability of class and example is a linear layer.
#
# $$\log p(c) + \sum_k \log \mathcal N(x_k; \mu_{ck}, \sigma_{ck}^2) =
# \sum_k \left( -\frac{x_k^2}{2\sigma_{ck}^2} + \frac{\mu_{ck}\, x_k}{\sigma_{ck}^2} \right) + b_c.$$

# %%
bayes = GaussianNB().fit(points, sides)
mean, variance = bayes.theta_, bayes.var_  # class feature
weights = np.concatenate([-0.5 / variance, mean / variance], axis=1)
bias = np.log(bayes.class_prior_) - 0.5 * (mean**2 / variance + np.log(2 * np.pi * variance)).sum(axis=1)
as_layer = np.concatenate([points**2, points], axis=1) @ weights.T + bias
print(weights.shape, f"{np.abs(as_layer - bayes.predict_joint_log_proba(points)).max():.1e}")

# %%
depths = [tree.get_depth() for tree in fitted[FOREST].estimators_]
print(min(depths), max(depths))

# %% tags=["hidden"]
assert np.allclose(as_layer, bayes.predict_joint_log_proba(points))
assert min(depths) > 5

# %% [markdown] lang="es"
# Hay un malentendido fácil: los árboles del bosque de los dígitos tienen entre `{python} min(depths)` y
# `{python} max(depths)` pisos, y el bosque sigue siendo poco profundo. Esos pisos preguntan todos por las
# **columnas originales**; ninguno recibe lo que calculó el anterior, solo decide qué pregunta sigue. Una capa
# agrega justo lo que les falta: preguntar por algo que no estaba en la entrada.
#
# ## Una idea que falla: no mirar las unidades
#
# Ahora 178 vinos de tres variedades de uva, con 13 mediciones. Una de ellas, la prolina, va de 278 a 1680;
# otra, el matiz, de 0,5 a 1,7. Comparamos cada modelo con los datos tal cual y con cada columna centrada y
# escalada con los datos de entrenamiento. ¿A cuáles les importa? Vuelve a las seis preguntas antes de
# decidir.

# %% [markdown] lang="en"
# One misunderstanding comes easily: the trees of the forest on the digits have between `{python} min(depths)`
# and `{python} max(depths)` storeys, and the forest is still shallow. Those storeys all ask about the
# **original columns**; none receives what the one before computed, it only decides which question comes next.
# A layer adds just what they lack: to ask about something that was not in the input.
#
# ## An idea that fails: not minding the units
#
# Now 178 wines from three varieties of grape, with 13 measurements. One of them, proline, runs from 278 to
# 1680; another, hue, from 0.5 to 1.7. We compare each model with the data as they are and with each column
# centred and scaled by the training set. Which ones mind? Go back to the six questions before deciding.

# %%
wine = load_wine()
raw_and_scaled = {}
for seed in SEEDS:
    order = np.random.default_rng(seed).permutation(len(wine.data))
    train, test = order[:100], order[100:]
    scaled = (wine.data - wine.data[train].mean(axis=0)) / wine.data[train].std(axis=0)
    for name, _ in models(seed).items():
        for kind, table in (("raw", wine.data), ("scaled", scaled)):
            model = models(seed)[name].fit(table[train], wine.target[train])
            right = torch.tensor(model.predict(table[test]) == wine.target[test])
            raw_and_scaled.setdefault((name, kind), []).append(right)
for name in names:
    raw, scaled = ([str(Proportion.of(r)) for r in raw_and_scaled[name, kind]] for kind in ("raw", "scaled"))
    print(f"{name:<14}", *raw, "→", *scaled)

# %% tags=["hidden"]
same = {
    name
    for name in names
    if all(
        int((a != b).sum()) <= 1
        for a, b in zip(raw_and_scaled[name, "raw"], raw_and_scaled[name, "scaled"], strict=True)
    )
}
assert same == {FOREST, "boosting", BAYES}
for name in set(names) - same:
    for raw, scaled in zip(raw_and_scaled[name, "raw"], raw_and_scaled[name, "scaled"], strict=True):
        pair = paired_comparison(raw, scaled)
        assert pair.p_value < 0.05
        assert pair.only_second > pair.only_first
neighbours = [
    sorted(int(right.sum()) for right in raw_and_scaled[NEIGHBOURS, kind]) for kind in ("raw", "scaled")
]

# %% [markdown] lang="es"
# La mitad ni se entera: los árboles preguntan por umbrales, que se mudan con la unidad, y Bayes ingenuo mide
# cada columna con su propia vara. La otra mitad se hunde en las tres semillas, y la prueba por pares lo
# confirma en cada una: los vecinos pasan de `{python} neighbours[0][0]`–`{python} neighbours[0][2]` aciertos
# de 78 a `{python} neighbours[1][0]`–`{python} neighbours[1][2]`. Vecinos y SVM miden **distancias** que
# mezclan columnas, y la prolina, con sus cientos, decide casi sola quién está cerca. En la red, la misma
# columna llena casi sola las sumas de la primera capa.
#
# Escalar con la media y la desviación **del entrenamiento** es parte del modelo, no un adorno.
#
# ## Para llevarte
#
# * Conoce la pregunta de cada algoritmo y podrás dibujar su frontera, y saber si le importan las unidades.
# * El mismo examen, por pares, corregido por las veces que miras. «Sin diferencia» es un resultado.
# * Poco profundo: pocos niveles entre la entrada y la respuesta, de uno a tres en esta página. Los pisos de
#   un árbol no cuentan.
# * Una SVM es una red de dos capas con los ejemplos como unidades ocultas.

# %% [markdown] lang="en"
# Half of them do not even notice: trees ask about thresholds, which move along with the unit, and naive Bayes
# measures each column by its own yardstick. The other half sinks with all three seeds, and the paired test
# confirms it with each: the neighbours go from `{python} neighbours[0][0]`–`{python} neighbours[0][2]` right
# out of 78 to `{python} neighbours[1][0]`–`{python} neighbours[1][2]`. Neighbours and SVM measure
# **distances** that mix columns, and proline, with its hundreds, decides almost alone who is near. In the
# network, the same column almost alone fills the sums of the first layer.
#
# To scale by the mean and deviation **of the training set** is part of the model, not an ornament.
#
# ## What to keep
#
# * Know the question of each algorithm and you can draw its boundary, and tell whether units matter to it.
# * The same exam, in pairs, corrected for how often you look. “No difference” is a result.
# * Shallow: few levels between the input and the answer, from one to three on this page. The storeys of a
#   tree do not count.
# * An SVM is a network of two layers with the examples as hidden units.

# %% [markdown] lang="es" tags=["quiz"]
# Un bosque aleatorio tiene árboles de 40 pisos y una red tiene tres capas ocultas. ¿Cuál es «profundo» en el
# sentido de la palabra que usa el aprendizaje profundo?
#
# - [ ] El bosque, porque 40 es más que 3: los pisos de un árbol preguntan todos por las columnas originales.
# - [x] La red: cada capa recibe lo que calculó la anterior y pregunta por cantidades que no estaban en la
#   entrada.
# - [ ] Depende de cuál acierte más: la palabra describe la composición, no el resultado.

# %% [markdown] lang="en" tags=["quiz"]
# A random forest has trees of 40 storeys and a network has three hidden layers. Which one is “deep” in the
# sense that deep learning gives to the word?
#
# - [ ] The forest, since 40 is more than 3: the storeys of a tree all ask about the original columns.
# - [x] The network: each layer receives what the one before computed and asks about quantities that were not
#   in the input.
# - [ ] It depends on which gets more right: the word describes composition, not the outcome.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: vecinos en PyTorch
#
# Escribe `neighbours_predict(x, y, new, k)`: para cada fila de `new`, la clase más votada entre las `k` filas
# de `x` más cercanas (distancia euclidiana). Todo son tensores. Te servirán `torch.cdist`, `topk` y `mode`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: neighbours in PyTorch
#
# Write `neighbours_predict(x, y, new, k)`: for each row of `new`, the class with most votes among the `k`
# rows of `x` nearest to it (Euclidean distance). All are tensors. `torch.cdist`, `topk` and `mode` will help.


# %% tags=["solution"]
def neighbours_predict(x: torch.Tensor, y: torch.Tensor, new: torch.Tensor, k: int) -> torch.Tensor:
    nearest = torch.cdist(new, x).topk(k, largest=False).indices  # new k
    return y[nearest].mode(dim=1).values


# %% tags=["check"]
inputs, labels, questions = torch.tensor(x), torch.tensor(y), torch.tensor(exam)
for k in (1, 5):
    ours = neighbours_predict(inputs, labels, questions, k)
    theirs = torch.tensor(KNeighborsClassifier(n_neighbors=k).fit(x, y).predict(exam))
    assert ours.shape == theirs.shape
    assert int((ours != theirs).sum()) <= 3, k  # equal distances may be resolved otherwise
    print(k, Proportion.of(ours == truth))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un árbol de una sola pregunta
#
# Escribe `best_stump(column, y)`: el mejor umbral para una sola columna cuando `y` vale 0 o 1 y se responde 1
# **por encima** del umbral. Devuelve `(umbral, aciertos)`; prueba como umbral cada valor de la columna. Un
# árbol de un piso se llama *stump* (tocón) y es la pieza más chica del *boosting*.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a tree with a single question
#
# Write `best_stump(column, y)`: the best threshold for a single column when `y` is 0 or 1 and the answer is 1
# **above** the threshold. Return `(threshold, right)`; try each value of the column as a threshold. A tree of
# one storey is called a stump, and is the smallest piece of boosting.


# %% tags=["solution"]
def best_stump(column: np.ndarray, y: np.ndarray) -> tuple[float, int]:
    # es: una fila por cada umbral
    # en: one row for each threshold
    right = ((column[None, :] > column[:, None]) == y[None, :]).sum(axis=1)
    return float(column[right.argmax()]), int(right.max())


# %% tags=["check"]
threshold, right = best_stump(np.array([1.0, 5.0, 2.0, 8.0, 9.0]), np.array([0, 0, 0, 1, 1]))
assert (threshold, right) == (5.0, 5)
column, is_first = wine.data[:, 12], (wine.target == 0).astype(int)
threshold, right = best_stump(column, is_first)
assert right == int(((column > threshold) == is_first).sum())
assert all(((column > guess) == is_first).sum() <= right for guess in column)
print(wine.feature_names[12], threshold, Proportion(right, len(column)))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: ¿a quién le importan las unidades?
#
# Escribe `minds_units(model, x, y)`: entrena el modelo con `x` y lo entrena de nuevo con la primera columna
# multiplicada por mil; devuelve si alguna respuesta sobre esos mismos datos cambió.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: who minds the units?
#
# Write `minds_units(model, x, y)`: it trains the model with `x` and trains it again with the first column
# multiplied by a thousand; it returns whether any answer on those same data changed.


# %% tags=["solution"]
def minds_units(model, x: np.ndarray, y: np.ndarray) -> bool:
    other_unit = x.copy()
    other_unit[:, 0] *= 1000
    before = model.fit(x, y).predict(x)
    return bool((model.fit(other_unit, y).predict(other_unit) != before).any())


# %% tags=["check"]
for name in (FOREST, BAYES, NEIGHBOURS, "SVM"):
    answer = minds_units(models(seed=0)[name], points, sides)
    assert answer == (name in (NEIGHBOURS, "SVM")), name
    print(f"{name:<14}", answer)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Qué pasa con estos modelos cuando se giran las columnas o se mueven las imágenes está en [Datos
# estructurados y no estructurados](structured_unstructured.md). Qué gana una red al apilar etapas, en
# [Anatomía de una red](network_anatomy.md). La aritmética de las comparaciones, en [Evaluación
# honesta](../workflow/honest_evaluation.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# What becomes of these models when columns are rotated or images moved is in [Structured and unstructured
# data](structured_unstructured.md). What a network gains by stacking stages, in [Anatomy of a
# network](network_anatomy.md). The arithmetic of the comparisons, in [Honest
# evaluation](../workflow/honest_evaluation.md).
