"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre cuándo aprender, con qué y de qué. Cuenta tu primera respuesta; el puntaje se queda en
    este navegador.
  en: Questions on when to learn, with what and from what. Your first answer counts; the score stays in this
    browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué recibe un programa escrito a mano y qué recibe un algoritmo de aprendizaje?
#
# - [x] El primero, entradas y reglas; el segundo, entradas y salidas: uno calcula salidas con las reglas y
#   el otro busca, en sus pesos, reglas que las produzcan.
# - [ ] El primero, datos; el segundo, código: los dos son código y los dos reciben datos; lo que cambia de
#   lugar son las reglas.
# - [ ] Los dos lo mismo, pero el segundo repite más: repetir no basta; sin las respuestas deseadas no hay
#   hacia dónde ajustar.
#
# Se contesta en [Reglas o aprendizaje](rules_vs_learning.md).

# %% [markdown] lang="en" tags=["quiz"]
# What does a program written by hand receive, and what does a learning algorithm?
#
# - [x] The first, inputs and rules; the second, inputs and outputs: one computes outputs by the rules, the
#   other looks, in its weights, for rules that produce them.
# - [ ] The first, data; the second, code: both are code and both receive data; what changes place is the
#   rules.
# - [ ] Both the same, but the second repeats more: repeating is not enough; without the wanted answers there
#   is nothing to adjust towards.
#
# Answered in [Rules or learning](rules_vs_learning.md).

# %% [markdown] lang="es" tags=["quiz"]
# Un descuento se aplica a toda compra de más de cien unidades, y así lo dice el contrato. ¿Qué conviene?
#
# - [ ] Aprenderlo de compras pasadas: cerca del límite, donde hay pocas compras, el modelo fallaría sin
#   necesidad.
# - [ ] Escribir la regla y entrenar además un modelo que la confirme: el modelo, en el mejor caso, imitaría
#   lo que ya sabes.
# - [x] Escribir la regla: es la definición misma, cuesta una línea y no falla en los casos raros.
#
# Se contesta en [Reglas o aprendizaje](rules_vs_learning.md).

# %% [markdown] lang="en" tags=["quiz"]
# A discount applies to every purchase of more than a hundred units, and the contract says so. What should
# you do?
#
# - [ ] Learn it from past purchases: near the limit, where purchases are few, the model would err for no
#   reason.
# - [ ] Write the rule, and train a model to confirm it: at best the model would imitate what you already
#   know.
# - [x] Write the rule: it is the definition itself, costs one line and does not fail on rare cases.
#
# Answered in [Rules or learning](rules_vs_learning.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿En cuál de estos casos tiene más que ofrecer el aprendizaje?
#
# - [ ] Hay doce ejemplos y ninguna forma de conseguir más: con tan pocos, el patrón encontrado puede ser
#   falso y no hay con qué comprobarlo.
# - [x] La lista de reglas crece con cada excepción y nunca termina: es el caso en que los ejemplos
#   describen la tarea mejor que las reglas.
# - [ ] Un solo error es inaceptable: un modelo estadístico se equivoca en una proporción que se puede
#   medir, pero no anular.
#
# Se contesta en [Cuándo conviene aprender](when_ml_helps.md).

# %% [markdown] lang="en" tags=["quiz"]
# In which of these cases does learning have most to offer?
#
# - [ ] There are twelve examples and no way to get more: with so few, the pattern found may be false and
#   nothing is left to check it.
# - [x] The list of rules grows with each exception and never ends: there the examples describe the task
#   better than the rules do.
# - [ ] A single error is unacceptable: a statistical model errs at a rate that can be measured, not
#   abolished.
#
# Answered in [When learning helps](when_ml_helps.md).

# %% [markdown] lang="es" tags=["quiz"]
# El mundo cambia y el modelo empieza a fallar. ¿Qué hace que se adapte?
#
# - [ ] Nada, porque un modelo entrenado se ajusta solo mientras predice: en inferencia los pesos no se
#   mueven.
# - [ ] Agregarle capas: más capacidad no trae noticias del mundo nuevo.
# - [x] Volver a entrenarlo con ejemplos nuevos y sus etiquetas: adaptarse cuesta datos recientes, y alguien
#   tiene que etiquetarlos.
#
# Se contesta en [Cuándo conviene aprender](when_ml_helps.md).

# %% [markdown] lang="en" tags=["quiz"]
# The world changes and the model begins to fail. What makes it adapt?
#
# - [ ] Nothing, because a trained model adjusts itself while it predicts: in inference the weights do not
#   move.
# - [ ] Adding layers to it: more capacity brings no news of the new world.
# - [x] Training it again on new examples with their labels: adapting costs recent data, and somebody has to
#   label it.
#
# Answered in [When learning helps](when_ml_helps.md).

# %% [markdown] lang="es" tags=["quiz"]
# Barajas las columnas de una tabla y los píxeles de todas las imágenes, siempre del mismo modo. ¿A qué
# modelo perjudica?
#
# - [x] A la red convolucional con las imágenes: supone que los píxeles vecinos tienen que ver, y la mezcla
#   rompe esa vecindad.
# - [ ] Al *gradient boosting* con la tabla: un árbol pregunta por una columna a la vez y su orden no le
#   importa.
# - [ ] A los dos por igual: solo uno de los dos supone un orden.
#
# Se contesta en [Datos estructurados y no estructurados](structured_unstructured.md).

# %% [markdown] lang="en" tags=["quiz"]
# You shuffle the columns of a table, and the pixels of all images, always in the same way. Which model
# suffers?
#
# - [x] The convolutional network on the images: it assumes that neighbouring pixels belong together, and
#   the shuffle breaks that neighbourhood.
# - [ ] Gradient boosting on the table: a tree asks about one column at a time and does not care about their
#   order.
# - [ ] Both alike: only one of the two assumes an order.
#
# Answered in [Structured and unstructured data](structured_unstructured.md).

# %% [markdown] lang="es" tags=["quiz"]
# «Para tablas, árboles; para imágenes, redes». ¿Qué clase de frase es?
#
# - [ ] Una ley que se deduce de los algoritmos: nada impide dar una imagen a un árbol o una tabla a una
#   red.
# - [x] Un buen punto de partida que se mide en cada problema: lo que un modelo supone puede cumplirse o no
#   en tus datos.
# - [ ] Una moda sin fundamento: fundamento tiene, pues una convolución supone vecindades y un árbol no.
#
# Se contesta en [Datos estructurados y no estructurados](structured_unstructured.md).

# %% [markdown] lang="en" tags=["quiz"]
# “Trees for tables, networks for images.” What kind of sentence is that?
#
# - [ ] A law that follows from the algorithms: nothing stops you from giving an image to a tree or a table
#   to a network.
# - [x] A good starting point, to be measured on each problem: what a model assumes may or may not hold in
#   your data.
# - [ ] A fashion without grounds: it has some, since a convolution assumes neighbourhoods and a tree does
#   not.
#
# Answered in [Structured and unstructured data](structured_unstructured.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuál de estos algoritmos no ajusta parámetros y guarda los datos de entrenamiento para comparar?
#
# - [x] Vecinos más cercanos: responde como los ejemplos más parecidos, así que necesita tenerlos todos.
# - [ ] Bayes ingenuo: resume cada clase en unos pocos números y olvida los ejemplos.
# - [ ] Bosque aleatorio: guarda árboles, que son preguntas y no ejemplos.
#
# Se contesta en [Algoritmos poco profundos](shallow_algorithms.md).

# %% [markdown] lang="en" tags=["quiz"]
# Which of these algorithms fits no parameters and keeps the training data to compare with?
#
# - [x] Nearest neighbours: it answers as the most similar examples do, so it needs to hold them all.
# - [ ] Naive Bayes: it sums up each class in a few numbers and forgets the examples.
# - [ ] Random forest: it keeps trees, which are questions and not examples.
#
# Answered in [Shallow algorithms](shallow_algorithms.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Por qué no se codifican los colores rojo, verde y azul como 0, 1 y 2?
#
# - [ ] Porque una red solo admite números entre 0 y 1: admite cualquiera; escalarlos ayuda, pero no es esa
#   la razón.
# - [ ] Porque ocupan demasiada memoria: un entero ocupa menos que un vector.
# - [x] Porque dirían que el verde está entre el rojo y el azul: un número trae orden y distancia; un vector
#   *one-hot* deja a todos igual de lejos.
#
# Se contesta en [De la cosa al número y de vuelta](numerical_encoding.md).

# %% [markdown] lang="en" tags=["quiz"]
# Why are the colours red, green and blue not encoded as 0, 1 and 2?
#
# - [ ] Because a network only takes numbers between 0 and 1: it takes any; scaling helps but is not the
#   reason.
# - [ ] Because they take too much memory: an integer takes less than a vector.
# - [x] Because they would say that green lies between red and blue: a number brings order and distance; a
#   one-hot vector leaves all equally far apart.
#
# Answered in [From the thing to the number and back](numerical_encoding.md).

# %% [markdown] lang="es" tags=["quiz"]
# Apilas tres capas lineales sin nada entre ellas. ¿Qué obtienes?
#
# - [ ] Una red profunda capaz de curvas: sin no linealidad no hay curvas, por muchas capas que haya.
# - [x] Lo mismo que una sola capa lineal: el producto de tres matrices es otra matriz.
# - [ ] Una red que no se puede entrenar: se entrena, pero solo llega hasta donde llega una capa.
#
# Se contesta en [Anatomía de una red](network_anatomy.md).

# %% [markdown] lang="en" tags=["quiz"]
# You stack three linear layers with nothing in between. What do you get?
#
# - [ ] A deep network capable of curves: without a nonlinearity there are no curves, however many layers.
# - [x] The same as a single linear layer: the product of three matrices is another matrix.
# - [ ] A network that cannot be trained: it trains, but gets only as far as one layer does.
#
# Answered in [Anatomy of a network](network_anatomy.md).

# %% [markdown] lang="es" tags=["quiz"]
# En una red ya entrenada, ¿qué cambia de un ejemplo a otro?
#
# - [ ] Los pesos de las capas ocultas: quedaron fijos al terminar el entrenamiento.
# - [ ] El número de capas: es una decisión tomada antes de entrenar.
# - [x] La representación: es lo que las capas ocultas calculan para ese ejemplo.
#
# Se contesta en [Anatomía de una red](network_anatomy.md).

# %% [markdown] lang="en" tags=["quiz"]
# In a trained network, what changes from one example to the next?
#
# - [ ] The weights of the hidden layers: they were fixed when training ended.
# - [ ] The number of layers: it is a choice made before training.
# - [x] The representation: it is what the hidden layers compute for that example.
#
# Answered in [Anatomy of a network](network_anatomy.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tapas una palabra de cada frase y entrenas un modelo para adivinarla. ¿Qué aprendizaje es?
#
# - [x] Autosupervisado: la respuesta sale de los propios datos.
# - [ ] No supervisado, porque nadie etiquetó nada: hay una respuesta correcta por ejemplo, y el modelo se
#   corrige con ella.
# - [ ] Semisupervisado: eso sería tener unas pocas etiquetas puestas por personas junto a muchos datos sin
#   ellas.
#
# Se contesta en [Atlas de paradigmas](paradigm_atlas.md).

# %% [markdown] lang="en" tags=["quiz"]
# You hide one word of each sentence and train a model to guess it. Which kind of learning is this?
#
# - [x] Self-supervised: the answer comes from the data itself.
# - [ ] Unsupervised, because nobody labelled anything: there is a right answer for each example, and the
#   model is corrected by it.
# - [ ] Semi-supervised: that would be a few labels given by people beside much data without them.
#
# Answered in [Atlas of paradigms](paradigm_atlas.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué recibe un agente en el aprendizaje por refuerzo en lugar de la respuesta correcta?
#
# - [ ] El gradiente de la pérdida respecto de su acción: el entorno no es derivable, o nadie conoce su
#   fórmula.
# - [x] Una recompensa, a veces mucho después: dice cuánto valió lo que hizo, no qué debió hacer.
# - [ ] Los pesos de otro modelo: eso es aprendizaje por transferencia.
#
# Se contesta en [Atlas de paradigmas](paradigm_atlas.md).

# %% [markdown] lang="en" tags=["quiz"]
# What does an agent receive in reinforcement learning instead of the right answer?
#
# - [ ] The gradient of the loss with respect to its action: the environment has no derivative, or nobody
#   knows its formula.
# - [x] A reward, sometimes much later: it says how much what was done is worth, not what should have been
#   done.
# - [ ] The weights of another model: that is transfer learning.
#
# Answered in [Atlas of paradigms](paradigm_atlas.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué supone una red convolucional que no supone un perceptrón multicapa?
#
# - [x] Que un mismo patrón cuenta igual en cualquier posición: por eso reutiliza los mismos pesos en todas
#   ellas.
# - [ ] Que las entradas no se relacionan entre sí: al contrario, las vecinas se combinan primero.
# - [ ] Que hay una sola clase correcta: eso depende de la salida y de la pérdida, no de las convoluciones.
#
# Se contesta en [Mapa de arquitecturas](architectures_map.md).

# %% [markdown] lang="en" tags=["quiz"]
# What does a convolutional network assume that a multilayer perceptron does not?
#
# - [x] That one pattern counts the same at any position: that is why it uses the same weights at all of
#   them.
# - [ ] That inputs are unrelated: on the contrary, neighbours are combined first.
# - [ ] That there is a single right class: that depends on the output and the loss, not on convolutions.
#
# Answered in [Map of architectures](architectures_map.md).

# %% [markdown] lang="es" tags=["quiz"]
# Traducir una frase y resumir un informe, ¿qué tienen en común para una red?
#
# - [ ] Que la salida tiene el mismo largo que la entrada: un resumen es más corto, y una traducción puede
#   tener otra cantidad de palabras.
# - [ ] Que son regresiones: la salida son palabras, que se eligen entre las de un vocabulario.
# - [x] Que leen una secuencia y escriben otra: por eso se llaman tareas de secuencia a secuencia.
#
# Se contesta en [Mapa de aplicaciones](applications_map.md).

# %% [markdown] lang="en" tags=["quiz"]
# Translating a sentence and summarising a report: what do they share for a network?
#
# - [ ] That the output is as long as the input: a summary is shorter, and a translation may have another
#   number of words.
# - [ ] That they are regressions: the output is words, chosen from a vocabulary.
# - [x] That they read one sequence and write another: that is why they are called sequence-to-sequence
#   tasks.
#
# Answered in [Map of applications](applications_map.md).
